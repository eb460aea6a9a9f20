// What a workgroup barrier costs: workgroups of 64 that pass one number around through shared memory, ROUNDS times.
// Shapes: out [invocations].
@group(0) @binding(0) var<storage, read_write> out: array<f32>;

override ROUNDS: u32 = 256;
var<workgroup> shared_values: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  var value = f32(lane);
  for (var i = 0u; i < ROUNDS; i++) {
    shared_values[lane] = value;
    workgroupBarrier();
    value = shared_values[(lane + 1u) & 63u];
    workgroupBarrier();
  }
  out[id.x] = value;
}

// Bandwidth: out[i] = source[i], 16 bytes at a time, four of them per invocation. Shapes: source, out [64 · 4 · workgroups].
@group(0) @binding(0) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(1) var<storage, read> source: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * 256u + lane;
  for (var i = 0u; i < 256u; i += 64u) { out[first + i] = source[first + i]; }
}

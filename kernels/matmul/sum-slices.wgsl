// Second half of split-K: out[i] = sum_s partial[s, i], slices in ascending order.
// Shapes: partial [slices, count]; out [count]. The grid is folded.
override WIDTH: u32 = 64;

struct Params {
  count: u32,
  slices: u32,
}

@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WIDTH) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = linear_group(group, groups) * WIDTH + local.x;
  if (i >= params.count) { return; }
  var sum = 0.0;
  for (var s = 0u; s < params.slices; s++) { sum += partial[s * params.count + i]; }
  out[i] = sum;
}

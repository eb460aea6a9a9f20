// Second half of split-K: out[i] = sum_s partial[s, i] and sums[r] = sum_s partial_sums[s, r], slices in ascending order.
// Shapes: partial [slices, count]; out [count]; partial_sums [slices, sum_count]; sums [sum_count], none if sum_count is 0.
// The grid is folded.
override WIDTH: u32 = 64;

struct Params {
  count: u32,
  sum_count: u32,
  slices: u32,
}

@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read> partial_sums: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WIDTH) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = linear_group(group, groups) * WIDTH + local.x;
  var sum = 0.0;
  if (i < params.count) {
    for (var s = 0u; s < params.slices; s++) { sum += partial[s * params.count + i]; }
    out[i] = sum;
    return;
  }
  let r = i - params.count;
  if (r >= params.sum_count) { return; }
  for (var s = 0u; s < params.slices; s++) { sum += partial_sums[s * params.sum_count + r]; }
  sums[r] = sum;
}

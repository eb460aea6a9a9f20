// The entry of kernels that compute each element of `out` alone: two fours of elements per invocation, the last four may be partial.
// They define `out` (array<vec4f>), `params.count`, and `values_at`, the four values at 4 i.
fn step(i: u32) {
  if (4u * i >= params.count) { return; }
  let y = values_at(i);
  if (4u * i + 4u <= params.count) {
    out[i] = y;
    return;
  }
  for (var k = 0u; 4u * i + k < params.count; k++) { out[i][k] = y[k]; }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let first = linear_group(group, groups) * 128u + lane;
  step(first);
  step(first + 64u);
}

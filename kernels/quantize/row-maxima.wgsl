// Partial maxima of absolute values: maxima[r, p] = max |x[r, c]| over the column quads q = c / 4 with q % PARTS == p, as bits.
// Shapes: x [rows, cols]; maxima [rows, PARTS]. The grid is folded. Parameters and x are in row-quads.wgsl.
const PARTS = 8u;
override WIDTH: u32 = 64;
override QUADS: u32 = 0; // cols is a multiple of 4

@group(0) @binding(2) var<storage, read_write> maxima: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WIDTH) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = linear_group(group, groups) * WIDTH + local.x;
  let row = i / PARTS;
  if (row >= params.rows) { return; }
  var most = vec4u();
  for (var c = (i % PARTS) * 4u; c < params.cols; c += PARTS * 4u) {
    most = max(most, magnitude_bits(quad(row, c)));
  }
  maxima[i] = largest_bits(most);
}

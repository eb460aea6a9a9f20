// The codes of quantize-rows.wgsl in one pass, for graphics cards: SHARERS lanes find the maximum of a row and write its codes.
//   scale[r] = max_c |x[r, c]| / 127      code[r, c] = round_half_even(x[r, c] / scale[r]) in -127..127
// Shapes: x [rows, cols]; codes [rows, ceil(cols / 4)]; scales [rows]. The grid is folded. Parameters and x are in row-quads.wgsl.
override WIDTH: u32 = 64;
override QUADS: u32 = 0; // cols is a multiple of 4
const SHARERS = 1u;

@group(0) @binding(2) var<storage, read_write> codes: array<u32>;
@group(0) @binding(3) var<storage, read_write> scales: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WIDTH) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let slot = linear_group(group, groups) * WIDTH + local.x;
  let part = slot % SHARERS;
  let row = slot / SHARERS;
  let is_past = row >= params.rows;
  if (may_leave(is_past)) { return; }
  let words = select((params.cols + 3u) / 4u, 0u, is_past);
  var bits = vec4u();
  for (var w = part; w < words; w += SHARERS) { bits = max(bits, magnitude_bits(quad(row, w * 4u))); }
  let most = bitcast<f32>(row_maximum_bits(largest_bits(bits)));
  let is_coded = has_codes(most);
  let scale = scale_of(most);
  for (var w = part; w < words; w += SHARERS) {
    var word = 0u;
    if (is_coded) { word = code_word(quad(row, w * 4u), scale); }
    codes[row * words + w] = word;
  }
  if (part == 0u && !is_past) { scales[row] = scale; }
}

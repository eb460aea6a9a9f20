// Symmetric 8-bit codes per row.
//   scale[r] = max_c |x[r, c]| / 127      code[r, c] = round_half_even(x[r, c] / scale[r]) in -127..127
// Shapes: x [rows, cols]; maxima [rows, PARTS] from row-maxima; codes [rows, words], words = ceil(cols / 4), first column in the
// lowest byte, zero past the end; scales [rows]. The grid is folded. Parameters and x are in row-quads.wgsl. Rows without codes are told in int8-codes.wgsl.
const PARTS = 8u;
const WORDS = 4u; // words per invocation
override WIDTH: u32 = 64;
override QUADS: u32 = 0; // cols is a multiple of 4

@group(0) @binding(2) var<storage, read> maxima: array<u32>;
@group(0) @binding(3) var<storage, read_write> codes: array<u32>;
@group(0) @binding(4) var<storage, read_write> scales: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

fn row_maximum(row: u32) -> f32 {
  var most = 0u;
  for (var p = 0u; p < PARTS; p++) { most = max(most, maxima[row * PARTS + p]); }
  return bitcast<f32>(most);
}

@compute @workgroup_size(WIDTH) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let words = (params.cols + 3u) / 4u;
  let stride = (words + WORDS - 1u) / WORDS;
  let i = linear_group(group, groups) * WIDTH + local.x;
  let row = i / stride;
  if (row >= params.rows) { return; }
  let most = row_maximum(row);
  let is_coded = has_codes(most);
  let scale = scale_of(most);
  if (i % stride == 0u) { scales[row] = scale; }
  for (var w = i % stride; w < words; w += stride) {
    var word = 0u;
    if (is_coded) { word = code_word(quad(row, w * 4u), scale); }
    codes[row * words + w] = word;
  }
}

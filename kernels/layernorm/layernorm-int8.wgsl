// The normalization of layernorm.wgsl, with the 8-bit codes of each row and their scale, which the next product reads:
//   out[r, c] as there     scales[r] = max_c |out[r, c]| / 127     codes by int8-codes.wgsl
// Two rows per invocation, or per SHARERS of them. An odd last row is done twice.
// Shapes: x, out [rows, cols], cols a multiple of 4; gamma, beta [cols]; stats [rows, 2]; codes [rows, cols / 4]; scales [rows].
const LANES = 4u;
const SHARERS = 1u;

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read> gamma: array<Elem>;
@group(0) @binding(2) var<storage, read> beta: array<Elem>;
@group(0) @binding(3) var<storage, read_write> out: array<Elem>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> codes: array<u32>;
@group(0) @binding(6) var<storage, read_write> scales: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;
struct Params { rows: u32, cols: u32, epsilon: f32 }

// Codes of this invocation's part of a row that it has written.
fn put_codes(start: u32, part: u32, most: f32) {
  let is_coded = has_codes(most);
  let scale = scale_of(most);
  for (var i = part; i < params.cols / LANES; i += SHARERS) {
    var word = 0u;
    if (is_coded) { word = code_word(out[start + i], scale); }
    codes[start + i] = word;
  }
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let pair = pair_of(linear_group(group, groups) * 32u + lane);
  if (may_leave(pair.is_past)) { return; }
  let found = statistics_of(pair);

  var bits0 = vec4u();
  var bits1 = vec4u();
  for (var i = pair.part; i < select(params.cols / LANES, 0u, pair.is_past); i += SHARERS) {
    let factor = gamma[i];
    let shift = beta[i];
    let y0 = (x[pair.start0 + i] - found.row0.x) * found.row0.y * factor + shift;
    let y1 = (x[pair.start1 + i] - found.row1.x) * found.row1.y * factor + shift;
    out[pair.start0 + i] = y0;
    out[pair.start1 + i] = y1;
    bits0 = max(bits0, magnitude_bits(y0));
    bits1 = max(bits1, magnitude_bits(y1));
  }
  let most0 = bitcast<f32>(row_maximum_bits(largest_bits(bits0)));
  let most1 = bitcast<f32>(row_maximum_bits(largest_bits(bits1)));
  if (pair.is_past) { return; }

  put_codes(pair.start0, pair.part, most0);
  put_codes(pair.start1, pair.part, most1);
  if (pair.part == 0u) {
    stats[pair.row0] = found.row0;
    stats[pair.row1] = found.row1;
    scales[pair.row0] = scale_of(most0);
    scales[pair.row1] = scale_of(most1);
  }
}

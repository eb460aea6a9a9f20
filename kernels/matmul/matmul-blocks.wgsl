// The matrix product of matmul.wgsl, four inner indices at a time in blocks of 4 x 4, from loads of four neighbors where rows are
// aligned: for graphics cards, and on SwiftShader 1.3 times as fast, on lavapipe half as fast. Same formula, edges and order of sums,
// so the same bits.
//   z[r, c] = sum_k A[r, k] * B[k, c] + bias[c]      out[r, c] = gelu(z[r, c]) + residual[r, c] or z[r, c] * gelu'(residual[r, c])
// Shapes: out, residual [rows, cols]; bias [cols]; second: z [rows, cols] or the sums of row-sums.wgsl. A is stored [rows, inner] or
// (A_ACROSS) [inner, rows], B [inner, cols] or (B_ACROSS is 0) [cols, inner]. With slices > 1 (grid z) out is [slices, rows, cols] of
// partial sums. Any sizes. Tiles are in product-tile.wgsl, loads in block-loads.wgsl.
// Both inputs are bound twice, as scalars and as vec4s, which are read where the stored row length is a multiple of 4.
override A_ACROSS: u32 = 0;
override B_ACROSS: u32 = 1;
override A_QUADS: u32 = 0;
override B_QUADS: u32 = 0;
override HAS_TAIL: u32 = 1; // inner is not a multiple of 4
override ROW_BLOCKS: u32 = 4;
override COL_BLOCKS: u32 = 2;
override ONE_ROW: u32 = 0;
override WIDTH: u32 = 8;
override HEIGHT: u32 = 1;
override GELU: u32 = 0; // as in matmul-epilogue.wgsl

struct Params {
  rows: u32,
  cols: u32,
  inner: u32,
  first_row: u32,
  row_count: u32, // rows of this launch
  slice: u32,     // inner indices per grid z, a multiple of 4
  epilogue: u32,  // as in matmul-epilogue.wgsl
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> a_quads: array<vec4f>;
@group(0) @binding(3) var<storage, read> b_quads: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;
@group(0) @binding(7) var<storage, read_write> second: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

// Where the sums of this slice start in out, and its last inner index + 1.
var<private> plane: u32;
var<private> inner_end: u32;

// Epilogue and stores of up to four columns of one row.
fn finish_four(sum: vec4f, row: u32, col: u32) {
  let c = four(col, params.cols);
  let i = row * params.cols + c;
  var z = sum;
  if ((params.epilogue & BIAS) != 0u) { z += vec4f(bias[c.x], bias[c.y], bias[c.z], bias[c.w]); }
  // Past the last column c repeats it, and so do the values: the same one is stored again.
  z.y = select(z.x, z.y, c.y > c.x);
  z.z = select(z.y, z.z, c.z > c.y);
  z.w = select(z.z, z.w, c.w > c.z);
  if ((params.epilogue & PREACTIVATION) != 0u) {
    second[i.x] = z.x; second[i.y] = z.y; second[i.z] = z.z; second[i.w] = z.w;
  }
  if (GELU == 1u) { z = vec4f(gelu_exact(z.x), gelu_exact(z.y), gelu_exact(z.z), gelu_exact(z.w)); }
  if (GELU == 2u) { z = vec4f(gelu_tanh(z.x), gelu_tanh(z.y), gelu_tanh(z.z), gelu_tanh(z.w)); }
  if ((params.epilogue & RESIDUAL) != 0u || GELU > 2u) {
    let x = vec4f(residual[i.x], residual[i.y], residual[i.z], residual[i.w]);
    if (GELU == 3u) { z *= vec4f(gelu_exact_slope(x.x), gelu_exact_slope(x.y), gelu_exact_slope(x.z), gelu_exact_slope(x.w)); }
    if (GELU == 4u) { z *= vec4f(gelu_tanh_slope(x.x), gelu_tanh_slope(x.y), gelu_tanh_slope(x.z), gelu_tanh_slope(x.w)); }
    if ((params.epilogue & RESIDUAL) != 0u) { z += x; }
  }
  let o = plane + i;
  out[o.x] = z.x; out[o.y] = z.y; out[o.z] = z.z; out[o.w] = z.w;
}

@compute @workgroup_size(WIDTH, HEIGHT) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let col = first_col(group.x, local.x);
  let row = first_row(group.y * HEIGHT + local.y);
  plane = group.z * params.rows * params.cols;
  inner_end = min(params.inner, (group.z + 1u) * params.slice);
  let end = inner_end;
  let rows = row_starts(row, select(params.inner, 1u, A_ACROSS == 1u));
  let cols = col_starts(col, select(params.inner, 1u, B_ACROSS == 1u));
  var sum = Tile();
  for (var k = group.z * params.slice; k < end; k += select(4u, 1u, HAS_TAIL == 1u && k + 4u > end)) {
    let y = Band(cols_at(cols.at0, k), cols_at(cols.at1, k), cols_at(cols.at2, k), cols_at(cols.at3, k));
    sum = add_tile(sum, rows, k, y);
  }
  let row_end = min(row + tile_rows(), params.first_row + params.row_count);
  if ((params.epilogue & SUMS) != 0u && group.x == 0u) { sum_rows(vec2u(row + local.x, row_end), group.z, end); }
  store(sum, row, col);
}

// The matrix product of matmul.wgsl, four inner indices at a time in blocks of 4 x 4, from loads of four neighbors where rows are
// aligned: for graphics cards, and on SwiftShader 1.3 times as fast, on lavapipe half as fast. Same formula, edges and order of sums,
// so the same bits.
//   z[r, c] = sum_k A[r, k] * B[k, c] + bias[c]      out[r, c] = gelu(z[r, c]) + residual[r, c] or z[r, c] * gelu'(residual[r, c])
// Shapes: out, residual [rows, cols]; bias [cols]; second: z [rows, cols] or the sums of row-sums.wgsl. A is stored [rows, inner] or
// (A_ACROSS) [inner, rows], B [inner, cols] or (B_ACROSS is 0) [cols, inner]. With slices > 1 (grid z) out is [slices, rows, cols] of
// partial sums. Any sizes. Tiles are in product-tile.wgsl, loads in block-loads.wgsl,
// bindings and what the first four constants say in matmul-quad-bindings.wgsl.
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

// The last inner index of this slice + 1.
var<private> inner_end: u32;

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

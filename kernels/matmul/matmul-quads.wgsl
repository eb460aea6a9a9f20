// The matrix product of matmul.wgsl, four inner indices at a time from vec4 loads, for graphics cards: neighbors in storage are read
// together. Same formula, bindings, edges and order of sums, so the same bits.
//   z[r, c] = sum_k A[r, k] * B[k, c] + bias[c]      out[r, c] = gelu(z[r, c]) + residual[r, c] or z[r, c] * gelu'(residual[r, c])
// Shapes: out, residual [rows, cols]; bias [cols]; second: z [rows, cols] or the sums of row-sums.wgsl. A is stored [rows, inner] or
// (A_ACROSS) [inner, rows], B [inner, cols] or (B_ACROSS) [cols, inner] where it is 0. With slices > 1 (grid z) out is
// [slices, rows, cols] of partial sums.
// Any sizes. Rows and columns past the end read the last valid ones and are not stored.
// One invocation owns ROWS rows by 4 columns. Both inputs are bound twice, as scalars and as vec4s; which view is read depends on
// whether the stored row length is a multiple of 4.
override A_ACROSS: u32 = 0;
override B_ACROSS: u32 = 1;
override A_QUADS: u32 = 0;
override B_QUADS: u32 = 0;
override HAS_TAIL: u32 = 1; // inner is not a multiple of 4
override ROWS: u32 = 8; // 4 or 8
override WIDTH: u32 = 8;
override HEIGHT: u32 = 8;
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

// Four consecutive values of a stored row of `stride` values; `at` is clamped to the row.
fn quad_a(line: u32, at: u32, stride: u32) -> vec4f {
  if (A_QUADS == 1u) { return a_quads[(line * stride + min(at, stride - 4u)) >> 2u]; }
  let last = stride - 1u;
  let base = line * stride;
  return vec4f(a[base + min(at, last)], a[base + min(at + 1u, last)], a[base + min(at + 2u, last)], a[base + min(at + 3u, last)]);
}

fn quad_b(line: u32, at: u32, stride: u32) -> vec4f {
  if (B_QUADS == 1u) { return b_quads[(line * stride + min(at, stride - 4u)) >> 2u]; }
  let last = stride - 1u;
  let base = line * stride;
  return vec4f(b[base + min(at, last)], b[base + min(at + 1u, last)], b[base + min(at + 2u, last)], b[base + min(at + 3u, last)]);
}

// [i] = A[row + i, k..k+3]
fn block_a(row: u32, k: u32) -> mat4x4f {
  if (A_ACROSS == 1u) {
    let n = params.rows;
    return transpose(mat4x4f(quad_a(k, row, n), quad_a(k + 1u, row, n), quad_a(k + 2u, row, n), quad_a(k + 3u, row, n)));
  }
  let n = params.inner;
  let last = params.rows - 1u;
  return mat4x4f(quad_a(min(row, last), k, n), quad_a(min(row + 1u, last), k, n), quad_a(min(row + 2u, last), k, n), quad_a(min(row + 3u, last), k, n));
}

// [j] = B[k + j, col..col+3]
fn block_b(col: u32, k: u32) -> mat4x4f {
  if (B_ACROSS == 1u) {
    let n = params.cols;
    return mat4x4f(quad_b(k, col, n), quad_b(k + 1u, col, n), quad_b(k + 2u, col, n), quad_b(k + 3u, col, n));
  }
  let n = params.inner;
  let last = params.cols - 1u;
  return transpose(mat4x4f(quad_b(min(col, last), k, n), quad_b(min(col + 1u, last), k, n), quad_b(min(col + 2u, last), k, n), quad_b(min(col + 3u, last), k, n)));
}

// The same for the last 1 to 3 inner indices, one at a time.
fn add_tail(sum: mat4x4f, row: u32, col: u32, k: u32) -> mat4x4f {
  var x: vec4f;
  var y: vec4f;
  if (A_ACROSS == 1u) { x = quad_a(k, row, params.rows); } else {
    let last = params.rows - 1u;
    let n = params.inner;
    x = vec4f(a[min(row, last) * n + k], a[min(row + 1u, last) * n + k], a[min(row + 2u, last) * n + k], a[min(row + 3u, last) * n + k]);
  }
  if (B_ACROSS == 1u) { y = quad_b(k, col, params.cols); } else {
    let last = params.cols - 1u;
    let n = params.inner;
    y = vec4f(b[min(col, last) * n + k], b[min(col + 1u, last) * n + k], b[min(col + 2u, last) * n + k], b[min(col + 3u, last) * n + k]);
  }
  return mat4x4f(fma(vec4f(x.x), y, sum[0]), fma(vec4f(x.y), y, sum[1]), fma(vec4f(x.z), y, sum[2]), fma(vec4f(x.w), y, sum[3]));
}

@compute @workgroup_size(WIDTH, HEIGHT) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let col = (group.x * WIDTH + local.x) * 4u;
  let row = params.first_row + (group.y * HEIGHT + local.y) * ROWS;
  let end = min(params.inner, (group.z + 1u) * params.slice);
  let whole = end & ~3u;
  var s0 = mat4x4f();
  var s1 = mat4x4f();
  for (var k = group.z * params.slice; k < whole; k += 4u) {
    let x0 = block_a(row, k);
    var x1: mat4x4f;
    if (ROWS > 4u) { x1 = block_a(row + 4u, k); }
    let y = block_b(col, k);
    s0 = add_product(s0, x0, y);
    if (ROWS > 4u) { s1 = add_product(s1, x1, y); }
  }
  if (HAS_TAIL == 1u) {
    for (var k = whole; k < end; k++) {
      s0 = add_tail(s0, row, col, k);
      if (ROWS > 4u) { s1 = add_tail(s1, row + 4u, col, k); }
    }
  }
  // Loops over an array, with bounds that are no constants, keep the compiler from inlining GELU 32 times.
  var sums = array<vec4f, 8>(s0[0], s0[1], s0[2], s0[3], s1[0], s1[1], s1[2], s1[3]);
  let plane = group.z * params.rows * params.cols;
  let row_end = min(row + ROWS, params.first_row + params.row_count);
  if ((params.epilogue & SUMS) != 0u && group.x == 0u) { sum_rows(vec2u(row + local.x, row_end), group.z, end); }
  let col_end = min(col + 4u, params.cols);
  for (var r = row; r < row_end; r++) {
    for (var c = col; c < col_end; c++) {
      let at = r * params.cols + c;
      out[plane + at] = finish(sums[r - row][c - col], at, c);
    }
  }
}

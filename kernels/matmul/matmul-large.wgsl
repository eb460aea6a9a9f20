// The matrix product of matmul.wgsl with tiles of 16 rows by 8 columns per invocation, four inner indices at a time, for SwiftShader:
// 1.2 times as fast there, and half as fast on lavapipe. Same formula, edges and order of sums, so the same bits.
//   z[r, c] = sum_k A[r, k] * B[k, c] + bias[c]      out[r, c] = gelu(z[r, c]) + residual[r, c] or z[r, c] * gelu'(residual[r, c])
// Shapes: out, residual [rows, cols]; bias [cols]; second: z [rows, cols] or the sums of row-sums.wgsl; A, B by A_ACROSS and
// B_ACROSS as in matmul-quads.wgsl. Any sizes; made for more than 8 rows and 32 columns. The loads are in matmul-large-blocks.wgsl.
override A_ACROSS: u32 = 0;
override B_ACROSS: u32 = 1;
override A_QUADS: u32 = 0;
override B_QUADS: u32 = 0;
override HAS_TAIL: u32 = 1; // inner is not a multiple of 4
override WIDTH: u32 = 8;
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

// Epilogue and stores of up to four columns of one row.
fn finish_four(sum: vec4f, row: u32, col: u32, plane: u32) {
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

@compute @workgroup_size(WIDTH) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let col = (group.x * 2u * WIDTH + local.x) * 4u;
  let next = col + WIDTH * 4u;
  let row = params.first_row + group.y * 16u;
  let end = min(params.inner, (group.z + 1u) * params.slice);
  let a0 = start_a(row);
  let a1 = start_a(row + 4u);
  let a2 = start_a(row + 8u);
  let a3 = start_a(row + 12u);
  let b0 = start_b(col);
  let b1 = start_b(next);
  // s<row block><column block>
  var s00 = mat4x4f(); var s10 = mat4x4f(); var s20 = mat4x4f(); var s30 = mat4x4f();
  var s01 = mat4x4f(); var s11 = mat4x4f(); var s21 = mat4x4f(); var s31 = mat4x4f();
  for (var k = group.z * params.slice; k < end; k += select(4u, 1u, HAS_TAIL == 1u && k + 4u > end)) {
    let y0 = fetch_b(b0, k, end);
    let y1 = fetch_b(b1, k, end);
    let x0 = fetch_a(a0, k, end);
    s00 = add_product(s00, x0, y0);
    s01 = add_product(s01, x0, y1);
    let x1 = fetch_a(a1, k, end);
    s10 = add_product(s10, x1, y0);
    s11 = add_product(s11, x1, y1);
    let x2 = fetch_a(a2, k, end);
    s20 = add_product(s20, x2, y0);
    s21 = add_product(s21, x2, y1);
    let x3 = fetch_a(a3, k, end);
    s30 = add_product(s30, x3, y0);
    s31 = add_product(s31, x3, y1);
  }
  let row_end = min(row + 16u, params.first_row + params.row_count);
  if ((params.epilogue & SUMS) != 0u && group.x == 0u) { sum_rows(vec2u(row + local.x, row_end), group.z, end); }
  if (col >= params.cols) { return; }
  // One row after the other moves to the front: that inlines GELU twice only, and indexing an array would be slower.
  let plane = group.z * params.rows * params.cols;
  for (var r = row; r < row_end; r++) {
    finish_four(s00[0], r, col, plane);
    if (next < params.cols) { finish_four(s01[0], r, next, plane); }
    s00 = mat4x4f(s00[1], s00[2], s00[3], s10[0]);
    s10 = mat4x4f(s10[1], s10[2], s10[3], s20[0]);
    s20 = mat4x4f(s20[1], s20[2], s20[3], s30[0]);
    s30 = mat4x4f(s30[1], s30[2], s30[3], s30[3]);
    s01 = mat4x4f(s01[1], s01[2], s01[3], s11[0]);
    s11 = mat4x4f(s11[1], s11[2], s11[3], s21[0]);
    s21 = mat4x4f(s21[1], s21[2], s21[3], s31[0]);
    s31 = mat4x4f(s31[1], s31[2], s31[3], s31[3]);
  }
}

// Product of float activations with 4-bit weights that are dequantized in registers, with a fused epilogue.
//   W[c, k] = code[c, k] * scale[c, k / group_size]
//   z[r, c] = sum_k A[r, k] * W[c, k] + bias[c]      out[r, c] = gelu(z[r, c]) + residual[r, c]
// Shapes: a [rows, inner]; codes_w [cols, groups * group_size / 8] with code + 8 per nibble, lowest first, code 0 past the end;
// scales_w [cols, groups], groups = ceil(inner / group_size); bias [cols]; out, residual [rows, cols]. group_size: a multiple of 8.
// One invocation owns 4 rows by 4 columns (8 by 4 spills registers on CPU adapters: 0.6 times the speed); a workgroup shares its
// rows, so that loads of A are uniform (scalar loads on CPU adapters). Rows, columns and inner indices past the end read the last valid ones: those meet code 0 or are not stored.
override A_QUADS: u32 = 0; // inner is a multiple of 4
override WIDTH: u32 = 16;
override HAS_BIAS: u32 = 0;
override HAS_RESIDUAL: u32 = 0;
override GELU: u32 = 0; // 1 exact, 2 tanh

struct Params {
  rows: u32,
  cols: u32,
  inner: u32,
  group_size: u32,
  first_row: u32,
  row_count: u32, // rows of this launch
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> a_quads: array<vec4f>;
@group(0) @binding(2) var<storage, read> codes_w: array<u32>;
@group(0) @binding(3) var<storage, read> scales_w: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

// A[row, k..k+3]
fn quad(row: u32, k: u32) -> vec4f {
  let n = params.inner;
  let base = min(row, params.rows - 1u) * n;
  if (A_QUADS == 1u) { return a_quads[(base + min(k, n - 4u)) >> 2u]; }
  let last = n - 1u;
  return vec4f(a[base + min(k, last)], a[base + min(k + 1u, last)], a[base + min(k + 2u, last)], a[base + min(k + 3u, last)]);
}

fn block(row: u32, k: u32) -> mat4x4f {
  return mat4x4f(quad(row, k), quad(row + 1u, k), quad(row + 2u, k), quad(row + 3u, k));
}

// Weights of four columns at nibble j; `words` hold two's complement nibbles.
fn weights(words: vec4u, j: u32, scale: vec4f) -> vec4f {
  return vec4f(bitcast<vec4i>(words << vec4u(28u - 4u * j)) >> vec4u(28u)) * scale;
}

// [j] = W[col..col+3, k + j] for nibbles first..first+3
fn weight_block(words: vec4u, first: u32, scale: vec4f) -> mat4x4f {
  return mat4x4f(
    weights(words, first, scale),
    weights(words, first + 1u, scale),
    weights(words, first + 2u, scale),
    weights(words, first + 3u, scale),
  );
}

fn add_row(sum: vec4f, x: vec4f, y: mat4x4f) -> vec4f {
  return fma(vec4f(x.w), y[3], fma(vec4f(x.z), y[2], fma(vec4f(x.y), y[1], fma(vec4f(x.x), y[0], sum))));
}

fn add_product(sum: mat4x4f, x: mat4x4f, y: mat4x4f) -> mat4x4f {
  return mat4x4f(add_row(sum[0], x[0], y), add_row(sum[1], x[1], y), add_row(sum[2], x[2], y), add_row(sum[3], x[3], y));
}

fn finish(value: f32, at: u32, col: u32) -> f32 {
  var z = value;
  if (HAS_BIAS == 1u) { z += bias[col]; }
  if (GELU == 1u) { z = gelu_exact(z); }
  if (GELU == 2u) { z = gelu_tanh(z); }
  if (HAS_RESIDUAL == 1u) { z += residual[at]; }
  return z;
}

@compute @workgroup_size(WIDTH) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let col = (group.x * WIDTH + local.x) * 4u;
  let row = params.first_row + group.y * 4u;
  let groups = (params.inner + params.group_size - 1u) / params.group_size;
  let words = params.group_size / 8u;
  let column = min(vec4u(col, col + 1u, col + 2u, col + 3u), vec4u(params.cols - 1u)) * groups;
  var sum = mat4x4f();
  for (var g = 0u; g < groups; g++) {
    let at = column + g;
    let scale = vec4f(scales_w[at.x], scales_w[at.y], scales_w[at.z], scales_w[at.w]);
    let first = at * words;
    for (var w = 0u; w < words; w++) {
      let k = g * params.group_size + w * 8u;
      let stored = vec4u(codes_w[first.x + w], codes_w[first.y + w], codes_w[first.z + w], codes_w[first.w + w]);
      let nibbles = stored ^ vec4u(0x88888888u);
      let even = weight_block(nibbles, 0u, scale);
      sum = add_product(sum, block(row, k), even);
      let odd = weight_block(nibbles, 4u, scale);
      sum = add_product(sum, block(row, k + 4u), odd);
    }
  }
  // Loops over an array, with bounds that are no constants, keep the compiler from inlining GELU 16 times.
  var sums = array<vec4f, 4>(sum[0], sum[1], sum[2], sum[3]);
  let row_end = min(row + 4u, params.first_row + params.row_count);
  let col_end = min(col + 4u, params.cols);
  for (var r = row; r < row_end; r++) {
    for (var c = col; c < col_end; c++) {
      let at = r * params.cols + c;
      out[at] = finish(sums[r - row][c - col], at, c);
    }
  }
}

// Product of float activations with 4-bit weights that are dequantized in registers, with a fused epilogue.
//   W[c, k] = code[c, k] * scale[c, k / group_size]
//   z[r, c] = sum_k A[r, k] * W[c, k] + bias[c]      out[r, c] = gelu(z[r, c]) + residual[r, c]
// Shapes: a [rows, inner]; codes_w [cols, groups * group_size / 8] with code + 8 per nibble, lowest first, code 0 past the end;
// scales_w [cols, groups], groups = ceil(inner / group_size); bias [cols]; out, residual [rows, cols]. group_size: a multiple of 8.
// Inner indices past the end read the last valid ones: those meet code 0. Tiles are in product-tile.wgsl,
// the epilogue in product-epilogue.wgsl.
override ROW_BLOCKS: u32 = 1;
override COL_BLOCKS: u32 = 1;
override ONE_ROW: u32 = 0;
override WIDTH: u32 = 16;
override HAS_BIAS: u32 = 0;
override HAS_RESIDUAL: u32 = 0;
override GELU: u32 = 0; // 1 exact, 2 tanh
override A_QUADS: u32 = 0; // inner is a multiple of 4

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

// A[row, k..k+3] of the row that starts at `start`
fn quad(start: u32, k: u32) -> vec4f {
  let n = params.inner;
  if (A_QUADS == 1u) { return a_quads[(start + min(k, n - 4u)) >> 2u]; }
  let last = n - 1u;
  return vec4f(a[start + min(k, last)], a[start + min(k + 1u, last)], a[start + min(k + 2u, last)], a[start + min(k + 3u, last)]);
}

fn rows_at(at: vec4u, k: u32) -> mat4x4f {
  return mat4x4f(quad(at.x, k), quad(at.y, k), quad(at.z, k), quad(at.w, k));
}

// For each column block four words of codes, or four scales.
struct Words { c0: vec4u, c1: vec4u, c2: vec4u, c3: vec4u }
struct Scales { c0: vec4f, c1: vec4f, c2: vec4f, c3: vec4f }

fn four_words(i: vec4u) -> vec4u { return vec4u(codes_w[i.x], codes_w[i.y], codes_w[i.z], codes_w[i.w]); }

fn words_at(cols: Starts, w: u32) -> Words {
  return Words(four_words(cols.at0 + w), four_words(cols.at1 + w), four_words(cols.at2 + w), four_words(cols.at3 + w));
}

fn four_scales(i: vec4u) -> vec4f { return vec4f(scales_w[i.x], scales_w[i.y], scales_w[i.z], scales_w[i.w]); }

fn scales_at(cols: Starts, g: u32) -> Scales {
  return Scales(four_scales(cols.at0 + g), four_scales(cols.at1 + g), four_scales(cols.at2 + g), four_scales(cols.at3 + g));
}

// Weights of four columns at the nibble that `mask` cuts out; `unit` makes it a whole number. A shift instead would cost SwiftShader
// more than all of this.
fn weights(words: vec4u, mask: u32, unit: f32, scale: vec4f) -> vec4f {
  return fma(vec4f(words & vec4u(mask)), vec4f(unit), vec4f(-8.0)) * scale;
}

// [j] = weights at nibble j of the lower four
fn low_block(words: vec4u, scale: vec4f) -> mat4x4f {
  return mat4x4f(
    weights(words, 0xfu, 1.0, scale),
    weights(words, 0xf0u, 0x1p-4, scale),
    weights(words, 0xf00u, 0x1p-8, scale),
    weights(words, 0xf000u, 0x1p-12, scale),
  );
}

fn high_block(words: vec4u, scale: vec4f) -> mat4x4f {
  return mat4x4f(
    weights(words, 0xf0000u, 0x1p-16, scale),
    weights(words, 0xf00000u, 0x1p-20, scale),
    weights(words, 0xf000000u, 0x1p-24, scale),
    weights(words, 0xf0000000u, 0x1p-28, scale),
  );
}

fn low_band(words: Words, s: Scales) -> Band {
  return Band(low_block(words.c0, s.c0), low_block(words.c1, s.c1), low_block(words.c2, s.c2), low_block(words.c3, s.c3));
}

fn high_band(words: Words, s: Scales) -> Band {
  return Band(high_block(words.c0, s.c0), high_block(words.c1, s.c1), high_block(words.c2, s.c2), high_block(words.c3, s.c3));
}

// Weights are scaled already.
fn scaled(sum: vec4f, row: u32, c: vec4u) -> vec4f { return sum; }

@compute @workgroup_size(WIDTH) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let col = first_col(group.x, local.x);
  let row = first_row(group.y);
  let groups = (params.inner + params.group_size - 1u) / params.group_size;
  let per_group = params.group_size / 8u;
  let rows = row_starts(row, params.inner);
  let scale_cols = col_starts(col, groups);
  let word_cols = col_starts(col, groups * per_group);
  var sum = Tile();
  for (var g = 0u; g < groups; g++) {
    let scales = scales_at(scale_cols, g);
    for (var w = g * per_group; w < (g + 1u) * per_group; w++) {
      let words = words_at(word_cols, w);
      sum = add_tile(sum, rows, w * 8u, low_band(words, scales));
      sum = add_tile(sum, rows, w * 8u + 4u, high_band(words, scales));
    }
  }
  store(sum, row, col);
}

// The 8-bit product of gemm-int8.wgsl by float multiply-adds, for adapters on which they are faster than packed dot products. The sums
// are whole numbers that f32 holds exactly, so the bits are the same.
//   z[r, c] = f32(sum_k qA[r, k] * qW[c, k]) * (scales_a[r] * scales_w[c]) + bias[c]      out[r, c] = gelu(z) + residual[r, c]
// Shapes: codes_a [rows, words], codes_w [cols, words], words = ceil(inner / 4), zero past the end; scales_a [rows];
// scales_w, bias [cols]; out, residual [rows, cols]. Tiles are in product-tile.wgsl, the epilogue in product-epilogue.wgsl, the loads of
// A in row-loads.wgsl or row-loads-subgroups.wgsl.
override ROW_BLOCKS: u32 = 4;
override COL_BLOCKS: u32 = 2;
override ONE_ROW: u32 = 0;
override WIDTH: u32 = 8;
override HAS_BIAS: u32 = 0;
override HAS_RESIDUAL: u32 = 0;
override GELU: u32 = 0; // 1 exact, 2 tanh
override LONG: u32 = 0; // words > CHUNK

// Words after which a sum could pass 2^24 (4 * 256 * 127^2 + CARRY < 2^24). Multiples of CARRY then move to a second sum, which is
// exact up to 2^36; adding both at the end rounds once, as converting an integer would.
const CHUNK = 256u;
const CARRY = 4096.0;
// Codes are left in the highest byte, where they convert without a shift (a shift costs SwiftShader as much as a multiply-add and a
// load): both factors are 2^24 times as large, and so exact as before.
const SUM_UNIT = 0x1p48;
const CARRY_UNIT = CARRY * SUM_UNIT;

// The four codes of a word, first one in the lowest byte, times 2^24.
fn codes(word: u32) -> vec4f {
  return vec4f(bitcast<vec4i>(vec4u(word * 0x1000000u, word * 0x10000u, word * 0x100u, word) & vec4u(0xff000000u)));
}

// [j] = code j of word w of four columns
fn cols_at(at: vec4u, w: u32) -> mat4x4f {
  let i = at + w;
  return transpose(mat4x4f(codes(codes_w[i.x]), codes(codes_w[i.y]), codes(codes_w[i.z]), codes(codes_w[i.w])));
}

fn scaled(sum: vec4f, row: u32, c: vec4u) -> vec4f {
  return sum * (1.0 / SUM_UNIT) * (scales_a[row] * vec4f(scales_w[c.x], scales_w[c.y], scales_w[c.z], scales_w[c.w]));
}

// Multiples of CARRY in a sum.
fn carry(x: vec4f) -> vec4f { return trunc(x * (1.0 / CARRY_UNIT)) * CARRY_UNIT; }

fn carry_block(x: mat4x4f) -> mat4x4f { return mat4x4f(carry(x[0]), carry(x[1]), carry(x[2]), carry(x[3])); }

fn carry_band(x: Band) -> Band {
  return Band(carry_block(x.c0), carry_block(x.c1), carry_block(x.c2), carry_block(x.c3));
}

fn plus_band(x: Band, y: Band, sign: f32) -> Band {
  return Band(x.c0 + sign * y.c0, x.c1 + sign * y.c1, x.c2 + sign * y.c2, x.c3 + sign * y.c3);
}

fn plus(x: Tile, y: Tile, sign: f32) -> Tile {
  return Tile(plus_band(x.r0, y.r0, sign), plus_band(x.r1, y.r1, sign), plus_band(x.r2, y.r2, sign), plus_band(x.r3, y.r3, sign));
}

@compute @workgroup_size(WIDTH) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let col = first_col(group.x, local.x);
  let row = first_row(group.y);
  let n = params.words;
  let rows = row_places(row, local.x);
  let cols = col_starts(col, n);
  var sum = Tile();
  var carried = Tile();
  for (var first = 0u; first < n; first += CHUNK) {
    let end = min(n, first + CHUNK);
    for (var w = first; w < end; w++) {
      let y = Band(cols_at(cols.at0, w), cols_at(cols.at1, w), cols_at(cols.at2, w), cols_at(cols.at3, w));
      sum = add_tile(sum, rows, w, y);
    }
    if (LONG == 1u) {
      let whole = Tile(carry_band(sum.r0), carry_band(sum.r1), carry_band(sum.r2), carry_band(sum.r3));
      carried = plus(carried, whole, 1.0);
      sum = plus(sum, whole, -1.0);
    }
  }
  if (LONG == 1u) { sum = plus(sum, carried, 1.0); }
  store(sum, row, col);
}

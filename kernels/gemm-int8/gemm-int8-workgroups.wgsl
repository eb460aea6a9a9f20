// The 8-bit product of gemm-int8.wgsl, its formula and shapes, for graphics cards and many rows: a workgroup copies DEPTH words of its
// rows of A and of W into memory of its own, from where its invocations take what they share. What the next turn copies is loaded
// before this one computes, so that storage answers meanwhile. Sums are exact, so the bits are the same.
// A workgroup owns 32 rows by 64 columns, one invocation four by four. The epilogue is in product-epilogue.wgsl.
override HAS_BIAS: u32 = 0;
override HAS_RESIDUAL: u32 = 0;
override GELU: u32 = 0; // 1 exact, 2 tanh
const WIDE = 16u;
const HIGH = 8u;
const DEPTH = 16u; // so that an invocation copies one four of A and two of W
// From one word of a tile to the next, in fours of rows: one more than there are, so that fours which are written side by side lie in
// different banks of memory.
const A_STRIDE = HIGH + 1u;
const W_STRIDE = WIDE + 1u;

// Words of four rows, or of four columns.
var<workgroup> tile_a: array<vec4u, DEPTH * A_STRIDE>;
var<workgroup> tile_w: array<vec4u, DEPTH * W_STRIDE>;

// A word of four rows of A, and of twice four columns.
struct Words { a: vec4u, w0: vec4u, w1: vec4u }

// Where they start in storage.
struct Starts { a: vec4u, w0: vec4u, w1: vec4u }

// Past the end zeros, which add nothing.
fn load(at: Starts, word: u32) -> Words {
  if (word >= params.words) { return Words(); }
  let a = at.a + word;
  let w = at.w0 + word;
  let v = at.w1 + word;
  return Words(
    vec4u(codes_a[a.x], codes_a[a.y], codes_a[a.z], codes_a[a.w]),
    vec4u(codes_w[w.x], codes_w[w.y], codes_w[w.z], codes_w[w.w]),
    vec4u(codes_w[v.x], codes_w[v.y], codes_w[v.z], codes_w[v.w]),
  );
}

fn dots(x: u32, y: vec4u) -> vec4i {
  return vec4i(dot4I8Packed(x, y.x), dot4I8Packed(x, y.y), dot4I8Packed(x, y.z), dot4I8Packed(x, y.w));
}

fn scaled(sum: vec4f, row: u32, c: vec4u) -> vec4f {
  return sum * (scales_a[row] * vec4f(scales_w[c.x], scales_w[c.y], scales_w[c.z], scales_w[c.w]));
}

@compute @workgroup_size(16, 8) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = params.first_row + (group.y * HIGH + local.y) * 4u;
  let col = (group.x * WIDE + local.x) * 4u;
  let n = params.words;
  // The word and the fours that this invocation copies: neighbors read neighbors.
  let word = lane % DEPTH;
  let place = lane / DEPTH;
  let starts = Starts(
    four(params.first_row + (group.y * HIGH + place) * 4u, params.rows) * n,
    four((group.x * WIDE + place) * 4u, params.cols) * n,
    four((group.x * WIDE + HIGH + place) * 4u, params.cols) * n,
  );
  var next = load(starts, word);
  var r0 = vec4i();
  var r1 = vec4i();
  var r2 = vec4i();
  var r3 = vec4i();
  for (var first = 0u; first < n; first += DEPTH) {
    workgroupBarrier();
    tile_a[word * A_STRIDE + place] = next.a;
    tile_w[word * W_STRIDE + place] = next.w0;
    tile_w[word * W_STRIDE + HIGH + place] = next.w1;
    workgroupBarrier();
    next = load(starts, first + DEPTH + word);
    for (var k = 0u; k < DEPTH; k++) {
      let x = tile_a[k * A_STRIDE + local.y];
      let y = tile_w[k * W_STRIDE + local.x];
      r0 += dots(x.x, y);
      r1 += dots(x.y, y);
      r2 += dots(x.z, y);
      r3 += dots(x.w, y);
    }
  }
  let row_end = min(row + 4u, params.first_row + params.row_count);
  if (col >= params.cols) { return; }
  if (row < row_end) { finish_four(vec4f(r0), row, col); }
  if (row + 1u < row_end) { finish_four(vec4f(r1), row + 1u, col); }
  if (row + 2u < row_end) { finish_four(vec4f(r2), row + 2u, col); }
  if (row + 3u < row_end) { finish_four(vec4f(r3), row + 3u, col); }
}

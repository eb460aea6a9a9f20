// The 8-bit product of gemm-int8.wgsl, its formula and shapes, for graphics cards and many rows: a workgroup copies DEPTH words of its
// rows of A and of W into memory of its own, from where its invocations take what they share. Sums are exact, so the bits are the same.
// A workgroup owns 64 rows by 64 columns, one invocation four by four. The epilogue is in product-epilogue.wgsl.
override HAS_BIAS: u32 = 0;
override HAS_RESIDUAL: u32 = 0;
override GELU: u32 = 0; // 1 exact, 2 tanh
const SIDE = 16u;
const DEPTH = 16u;
// From one word of a tile to the next, in fours of rows: one more than there are, so that fours which are written side by side lie in
// different banks of memory.
const STRIDE = 17u;

// Words of four rows, or of four columns.
var<workgroup> tile_a: array<vec4u, DEPTH * STRIDE>;
var<workgroup> tile_w: array<vec4u, DEPTH * STRIDE>;

fn load_a(i: vec4u) -> vec4u { return vec4u(codes_a[i.x], codes_a[i.y], codes_a[i.z], codes_a[i.w]); }

fn load_w(i: vec4u) -> vec4u { return vec4u(codes_w[i.x], codes_w[i.y], codes_w[i.z], codes_w[i.w]); }

fn dots(x: u32, y: vec4u) -> vec4i {
  return vec4i(dot4I8Packed(x, y.x), dot4I8Packed(x, y.y), dot4I8Packed(x, y.z), dot4I8Packed(x, y.w));
}

fn scaled(sum: vec4f, row: u32, c: vec4u) -> vec4f {
  return sum * (scales_a[row] * vec4f(scales_w[c.x], scales_w[c.y], scales_w[c.z], scales_w[c.w]));
}

@compute @workgroup_size(16, 16) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = params.first_row + (group.y * SIDE + local.y) * 4u;
  let col = (group.x * SIDE + local.x) * 4u;
  let n = params.words;
  // The word and the four that this invocation copies: neighbors read neighbors.
  let word = lane % SIDE;
  let place = lane / SIDE;
  let a_start = four(params.first_row + (group.y * SIDE + place) * 4u, params.rows) * n;
  let w_start = four((group.x * SIDE + place) * 4u, params.cols) * n;
  var r0 = vec4i();
  var r1 = vec4i();
  var r2 = vec4i();
  var r3 = vec4i();
  for (var first = 0u; first < n; first += DEPTH) {
    workgroupBarrier();
    // Past the end the last word is copied again, and not added.
    let w = min(first + word, n - 1u);
    tile_a[word * STRIDE + place] = load_a(a_start + w);
    tile_w[word * STRIDE + place] = load_w(w_start + w);
    workgroupBarrier();
    let steps = min(DEPTH, n - first);
    for (var k = 0u; k < steps; k++) {
      let x = tile_a[k * STRIDE + local.y];
      let y = tile_w[k * STRIDE + local.x];
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

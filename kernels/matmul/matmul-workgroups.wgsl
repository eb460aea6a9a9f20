// The product of matmul.wgsl, its formula and shapes, for graphics cards: a workgroup copies DEPTH inner indices of its rows of A and
// its columns of B into memory of its own, from where its invocations take what they share. Neighbors read neighbors in storage, and
// each value is read once a workgroup. Same order of sums, so the same bits.
// A workgroup owns QUADS times 64 rows by 64 columns; one invocation owns, of each 64 rows, four, by four columns.
override A_ACROSS: u32 = 0; // A is stored [inner, rows]
override B_ACROSS: u32 = 0; // B is stored [inner, cols]
override GELU: u32 = 0; // as in matmul-epilogue.wgsl
const QUADS = 1u; // 1 or 2
const SIDE = 16u;
const WIDTH = 256u; // invocations
const DEPTH = 16u;
// From one inner index of a tile to the next, in fours of rows or columns: one more than there are, so that fours which are written
// side by side lie in different banks of memory.
const STRIDE = 17u;

var<workgroup> tile_a: array<vec4f, QUADS * DEPTH * STRIDE>;
var<workgroup> tile_b: array<vec4f, DEPTH * STRIDE>;

// Inner index and four (of rows or columns) that an invocation copies.
fn share(lane: u32, is_across: bool) -> vec2u {
  let places = vec2u(lane % SIDE, lane / SIDE);
  return select(places, places.yx, is_across);
}

fn load_a(i: vec4u) -> vec4f { return vec4f(a[i.x], a[i.y], a[i.z], a[i.w]); }

fn load_b(i: vec4u) -> vec4f { return vec4f(b[i.x], b[i.y], b[i.z], b[i.w]); }

fn add_outer(sum: mat4x4f, x: vec4f, y: vec4f) -> mat4x4f {
  return mat4x4f(fma(vec4f(x.x), y, sum[0]), fma(vec4f(x.y), y, sum[1]), fma(vec4f(x.z), y, sum[2]), fma(vec4f(x.w), y, sum[3]));
}

@compute @workgroup_size(16, 16) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = params.first_row + group.y * QUADS * SIDE * 4u;
  let col = (group.x * SIDE + local.x) * 4u;
  let end = min(params.inner, (group.z + 1u) * params.slice);
  let of_a = share(lane, A_ACROSS == 1u);
  let of_b = share(lane, B_ACROSS == 1u);
  let b_start = four((group.x * SIDE + of_b.y) * 4u, params.cols) * params.b_col;
  var sums: array<mat4x4f, QUADS>;
  for (var first = group.z * params.slice; first < end; first += DEPTH) {
    workgroupBarrier();
    // Past the end the last inner index is copied again, and not added.
    let k_a = min(first + of_a.x, end - 1u) * params.a_inner;
    for (var q = 0u; q < QUADS; q++) {
      let a_start = four(row + (q * SIDE + of_a.y) * 4u, params.rows) * params.a_row;
      tile_a[(q * DEPTH + of_a.x) * STRIDE + of_a.y] = load_a(a_start + k_a);
    }
    tile_b[of_b.x * STRIDE + of_b.y] = load_b(b_start + min(first + of_b.x, end - 1u) * params.b_inner);
    workgroupBarrier();
    let steps = min(DEPTH, end - first);
    for (var k = 0u; k < steps; k++) {
      let y = tile_b[k * STRIDE + local.x];
      for (var q = 0u; q < QUADS; q++) { sums[q] = add_outer(sums[q], tile_a[(q * DEPTH + k) * STRIDE + local.y], y); }
    }
  }
  let row_end = min(row + QUADS * SIDE * 4u, params.first_row + params.row_count);
  if ((params.epilogue & SUMS) != 0u && group.x == 0u) { sum_rows(vec2u(row + lane, row_end), group.z, end); }
  plane = group.z * params.rows * params.cols;
  if (col >= params.cols) { return; }
  for (var q = 0u; q < QUADS; q++) {
    let r = row + (q * SIDE + local.y) * 4u;
    for (var i = 0u; i < 4u; i++) {
      if (r + i < row_end) { finish_four(sums[q][i], r + i, col); }
    }
  }
}

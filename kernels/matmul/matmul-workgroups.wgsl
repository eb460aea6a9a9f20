// The product of matmul.wgsl, its formula and shapes, for graphics cards: a workgroup copies DEPTH inner indices of its rows of A and
// its columns of B into memory of its own, from where its invocations take what they share. What the next turn copies is loaded before
// this one computes, so that storage answers meanwhile. Same order of sums, so the same bits.
// A workgroup owns QUADS times 32 rows by 64 columns; one invocation owns, of each 32 rows, four, by four columns.
// Bindings and what the first four constants say are in matmul-quad-bindings.wgsl.
override A_ACROSS: u32 = 0;
override B_ACROSS: u32 = 1;
override A_QUADS: u32 = 0;
override B_QUADS: u32 = 0;
override GELU: u32 = 0; // as in matmul-epilogue.wgsl
const QUADS = 1u;  // 1 or 2
const DEPTH = 32u; // 32 / QUADS, so that an invocation copies two fours of A and, of B, four or two
const WIDE = 16u;
const HIGH = 8u;
const WIDTH = 128u; // invocations
const A_FOURS = QUADS * HIGH;
// From one inner index of a tile to the next, in fours of rows or columns: one more than there are, so that fours which are written
// side by side lie in different banks of memory.
const A_STRIDE = A_FOURS + 1u;
const B_STRIDE = WIDE + 1u;

var<workgroup> tile_a: array<vec4f, DEPTH * A_STRIDE>;
var<workgroup> tile_b: array<vec4f, DEPTH * B_STRIDE>;

// What an invocation copies: inner index and four of each.
struct Places { a0: vec2u, a1: vec2u, b0: vec2u, b1: vec2u, b2: vec2u, b3: vec2u }

struct Fours { a0: vec4f, a1: vec4f, b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f }

// Neighbors copy neighbors in storage.
fn place(i: u32, fours: u32, is_across: bool) -> vec2u {
  return select(vec2u(i % DEPTH, i / DEPTH), vec2u(i / fours, i % fours), is_across);
}

fn places(lane: u32) -> Places {
  let a = A_ACROSS == 1u;
  let b = B_ACROSS == 1u;
  return Places(
    place(lane, A_FOURS, a), place(lane + WIDTH, A_FOURS, a),
    place(lane, WIDE, b), place(lane + WIDTH, WIDE, b), place(lane + 2u * WIDTH, WIDE, b), place(lane + 3u * WIDTH, WIDE, b),
  );
}

// Four rows of A at an inner index; zeros from `end` on.
fn load_a(row: u32, k: u32, end: u32) -> vec4f {
  if (k >= end) { return vec4f(); }
  if (A_ACROSS == 1u && A_QUADS == 1u) { return a_quads[(k * params.rows + min(row, params.rows - 4u)) >> 2u]; }
  let rows = four(row, params.rows);
  let i = select(rows * params.inner + k, rows + k * params.rows, A_ACROSS == 1u);
  return vec4f(a[i.x], a[i.y], a[i.z], a[i.w]);
}

fn load_b(col: u32, k: u32, end: u32) -> vec4f {
  if (k >= end) { return vec4f(); }
  if (B_ACROSS == 1u && B_QUADS == 1u) { return b_quads[(k * params.cols + min(col, params.cols - 4u)) >> 2u]; }
  let cols = four(col, params.cols);
  let i = select(cols * params.inner + k, cols + k * params.cols, B_ACROSS == 1u);
  return vec4f(b[i.x], b[i.y], b[i.z], b[i.w]);
}

// What the turn from inner index `first` copies, for the tile at row and column `corner`.
fn load(at: Places, corner: vec2u, first: u32, end: u32) -> Fours {
  var x = Fours();
  x.a0 = load_a(corner.x + at.a0.y * 4u, first + at.a0.x, end);
  x.a1 = load_a(corner.x + at.a1.y * 4u, first + at.a1.x, end);
  x.b0 = load_b(corner.y + at.b0.y * 4u, first + at.b0.x, end);
  x.b1 = load_b(corner.y + at.b1.y * 4u, first + at.b1.x, end);
  if (QUADS == 1u) {
    x.b2 = load_b(corner.y + at.b2.y * 4u, first + at.b2.x, end);
    x.b3 = load_b(corner.y + at.b3.y * 4u, first + at.b3.x, end);
  }
  return x;
}

fn copy(x: Fours, at: Places) {
  tile_a[at.a0.x * A_STRIDE + at.a0.y] = x.a0;
  tile_a[at.a1.x * A_STRIDE + at.a1.y] = x.a1;
  tile_b[at.b0.x * B_STRIDE + at.b0.y] = x.b0;
  tile_b[at.b1.x * B_STRIDE + at.b1.y] = x.b1;
  if (QUADS == 1u) {
    tile_b[at.b2.x * B_STRIDE + at.b2.y] = x.b2;
    tile_b[at.b3.x * B_STRIDE + at.b3.y] = x.b3;
  }
}

fn add_outer(sum: mat4x4f, x: vec4f, y: vec4f) -> mat4x4f {
  return mat4x4f(fma(vec4f(x.x), y, sum[0]), fma(vec4f(x.y), y, sum[1]), fma(vec4f(x.z), y, sum[2]), fma(vec4f(x.w), y, sum[3]));
}

// The running sums of row-sums.wgsl, going on over a row of the copied tile.
fn add_copied_row(sum: vec4f, row: u32, count: u32) -> vec4f {
  var sums = sum;
  for (var k = 0u; k < min(DEPTH, count); k += 4u) {
    let at = k * A_STRIDE + row / 4u;
    let i = row % 4u;
    let x = vec4f(tile_a[at][i], tile_a[at + A_STRIDE][i], tile_a[at + 2u * A_STRIDE][i], tile_a[at + 3u * A_STRIDE][i]);
    if (k + 4u <= count) { sums += x; } else { sums.x = sums.x + x.x + x.y + x.z; }
  }
  return sums;
}

fn store(sums: mat4x4f, row: u32, row_end: u32, col: u32) {
  for (var i = 0u; i < 4u; i++) {
    if (row + i < row_end) { finish_four(sums[i], row + i, col); }
  }
}

@compute @workgroup_size(16, 8) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let corner = vec2u(params.first_row + group.y * A_FOURS * 4u, group.x * WIDE * 4u);
  let start = group.z * params.slice;
  let end = min(params.inner, start + params.slice);
  let row_end = min(corner.x + A_FOURS * 4u, params.first_row + params.row_count);
  let sums_row = (params.epilogue & SUMS) != 0u && group.x == 0u && corner.x + lane < row_end;
  let at = places(lane);
  var next = load(at, corner, start, end);
  var s0 = mat4x4f();
  var s1 = mat4x4f();
  var row_sums = vec4f();
  for (var first = start; first < end; first += DEPTH) {
    workgroupBarrier();
    copy(next, at);
    workgroupBarrier();
    next = load(at, corner, first + DEPTH, end);
    for (var k = 0u; k < DEPTH; k++) {
      let y = tile_b[k * B_STRIDE + local.x];
      s0 = add_outer(s0, tile_a[k * A_STRIDE + local.y], y);
      if (QUADS == 2u) { s1 = add_outer(s1, tile_a[k * A_STRIDE + HIGH + local.y], y); }
    }
    if (sums_row) { row_sums = add_copied_row(row_sums, lane, end - first); }
  }
  if (sums_row) { second[group.z * params.rows + corner.x + lane] = (row_sums.x + row_sums.y) + (row_sums.z + row_sums.w); }
  plane = group.z * params.rows * params.cols;
  let col = corner.y + local.x * 4u;
  if (col >= params.cols) { return; }
  store(s0, corner.x + local.y * 4u, row_end, col);
  if (QUADS == 2u) { store(s1, corner.x + (HIGH + local.y) * 4u, row_end, col); }
}

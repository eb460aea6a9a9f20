// The outputs that one invocation of a matrix product owns: blocks of 4 x 4, added up in registers.
// For kernels of out [rows, cols]. They define `params`, the overrides below, `rows_at`, which loads a block of four rows by four inner
// indices, and `finish_four`, which makes outputs of four sums of a row.
//   ROW_BLOCKS, 1 to 4; ONE_ROW: with ROW_BLOCKS = 1, leaves out the other three rows; COL_BLOCKS: 1, 2 or 4; WIDTH: invocations
// Blocks of one invocation lie WIDTH * 4 columns apart, so that neighbors read neighboring rows of W. Rows and columns past the end
// read the last valid ones and are not stored. Blocks are variables and not an array, which took 1.7 to 3 times as long on
// SwiftShader.

// Four rows of a tile: [i] of each column block is its row i. Also four inner indices of W^T, [j] of each block its inner index j.
struct Band { c0: mat4x4f, c1: mat4x4f, c2: mat4x4f, c3: mat4x4f }

struct Tile { r0: Band, r1: Band, r2: Band, r3: Band }

// Where the rows (columns) of each block start in storage.
struct Starts { at0: vec4u, at1: vec4u, at2: vec4u, at3: vec4u }

fn row_starts(row: u32, length: u32) -> Starts {
  let n = params.rows;
  return Starts(four(row, n) * length, four(row + 4u, n) * length, four(row + 8u, n) * length, four(row + 12u, n) * length);
}

fn col_starts(col: u32, length: u32) -> Starts {
  let n = params.cols;
  let step = WIDTH * 4u;
  return Starts(four(col, n) * length, four(col + step, n) * length, four(col + 2u * step, n) * length, four(col + 3u * step, n) * length);
}

fn first_col(group: u32, local: u32) -> u32 { return (group * COL_BLOCKS * WIDTH + local) * 4u; }

fn tile_rows() -> u32 { return select(ROW_BLOCKS * 4u, 1u, ONE_ROW == 1u); }

fn first_row(group: u32) -> u32 { return params.first_row + group * tile_rows(); }

fn add_rows(sum: mat4x4f, x: mat4x4f, y: mat4x4f) -> mat4x4f {
  if (ONE_ROW == 1u) { return mat4x4f(add_row(sum[0], x[0], y), sum[1], sum[2], sum[3]); }
  return add_product(sum, x, y);
}

fn add_band(band: Band, x: mat4x4f, y: Band) -> Band {
  var sum = band;
  sum.c0 = add_rows(sum.c0, x, y.c0);
  if (COL_BLOCKS > 1u) { sum.c1 = add_rows(sum.c1, x, y.c1); }
  if (COL_BLOCKS > 2u) {
    sum.c2 = add_rows(sum.c2, x, y.c2);
    sum.c3 = add_rows(sum.c3, x, y.c3);
  }
  return sum;
}

// Adds A[rows, four inner indices at k] times y.
fn add_tile(tile: Tile, rows: Starts, k: u32, y: Band) -> Tile {
  var sum = tile;
  sum.r0 = add_band(sum.r0, rows_at(rows.at0, k), y);
  if (ROW_BLOCKS > 1u) { sum.r1 = add_band(sum.r1, rows_at(rows.at1, k), y); }
  if (ROW_BLOCKS > 2u) { sum.r2 = add_band(sum.r2, rows_at(rows.at2, k), y); }
  if (ROW_BLOCKS > 3u) { sum.r3 = add_band(sum.r3, rows_at(rows.at3, k), y); }
  return sum;
}

// The blocks of the band's first row move to the front one after the other: the epilogue is inlined once, and nothing is indexed.
fn store_row(band: Band, row: u32, col: u32) {
  var z = band.c0[0];
  var next = band.c1[0];
  var later = band.c2[0];
  let end = min(params.cols, col + COL_BLOCKS * WIDTH * 4u);
  for (var c = col; c < end; c += WIDTH * 4u) {
    finish_four(z, row, c);
    z = next;
    next = later;
    later = band.c3[0];
  }
}

fn up(x: mat4x4f, below: mat4x4f) -> mat4x4f { return mat4x4f(x[1], x[2], x[3], below[0]); }

fn band_up(x: Band, below: Band) -> Band {
  return Band(up(x.c0, below.c0), up(x.c1, below.c1), up(x.c2, below.c2), up(x.c3, below.c3));
}

// Stores row after row from the front, the others moving up.
fn store(tile: Tile, row: u32, col: u32) {
  var t = tile;
  let end = min(row + tile_rows(), params.first_row + params.row_count);
  for (var r = row; r < end; r++) {
    store_row(t.r0, r, col);
    t = Tile(band_up(t.r0, t.r1), band_up(t.r1, t.r2), band_up(t.r2, t.r3), band_up(t.r3, t.r3));
  }
}

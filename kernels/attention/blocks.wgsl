// What the attention shaders share: where rows start, blocks of four rows, and sums of products of tiles of 8 x 8.

// Starts of rows position .. position + 3 of a sequence, in a matrix of `stride` elements a row; past its end, of its last row.
fn row_starts(sequence: u32, position: u32, stride: u32) -> vec4u {
  return (sequence + min(position + vec4u(0u, 1u, 2u, 3u), vec4u(params.tokens - 1u))) * stride;
}

fn qkv_block(at: vec4u) -> mat4x4f {
  return mat4x4f(wide(qkv[at.x]), wide(qkv[at.y]), wide(qkv[at.z]), wide(qkv[at.w]));
}

// A tile and a column of one of many lines of tiles.
struct Place { line: u32, tile: u32, column: u32 }

// Blocks of eight rows, or of four rows in two places.
struct Eight { low: mat4x4f, high: mat4x4f }

// A tile in blocks: rows 0 to 3 (low) and 4 to 7 (high), each by columns 0 to 3 and 4 to 7.
struct Tile { low0: mat4x4f, low1: mat4x4f, high0: mat4x4f, high1: mat4x4f }

// sum + (low above high) * (y0 beside y1)
fn add_tile(sum: Tile, low: mat4x4f, high: mat4x4f, y0: mat4x4f, y1: mat4x4f) -> Tile {
  return Tile(add_product(sum.low0, low, y0), add_product(sum.low1, low, y1),
              add_product(sum.high0, high, y0), add_product(sum.high1, high, y1));
}

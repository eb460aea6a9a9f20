// What the attention shaders share: where rows start, blocks of four rows, and sums of products of tiles of 8 x 8.

// Starts of rows position .. position + 3 of a sequence, in a matrix of `stride` elements a row; past its end, of its last row.
fn row_starts(sequence: u32, position: u32, stride: u32) -> vec4u {
  return (sequence + min(position + vec4u(0u, 1u, 2u, 3u), vec4u(params.tokens - 1u))) * stride;
}

fn qkv_block(at: vec4u) -> mat4x4f {
  return mat4x4f(wide(qkv[at.x]), wide(qkv[at.y]), wide(qkv[at.z]), wide(qkv[at.w]));
}

fn add_row(sum: vec4f, x: vec4f, y: mat4x4f) -> vec4f {
  return fma(vec4f(x.w), y[3], fma(vec4f(x.z), y[2], fma(vec4f(x.y), y[1], fma(vec4f(x.x), y[0], sum))));
}

// sum + x y, where m[i] is row i
fn add_product(sum: mat4x4f, x: mat4x4f, y: mat4x4f) -> mat4x4f {
  return mat4x4f(add_row(sum[0], x[0], y), add_row(sum[1], x[1], y), add_row(sum[2], x[2], y), add_row(sum[3], x[3], y));
}

// A tile in blocks: rows 0 to 3 (low) and 4 to 7 (high), each by columns 0 to 3 and 4 to 7.
struct Tile { low0: mat4x4f, low1: mat4x4f, high0: mat4x4f, high1: mat4x4f }

// sum + (low above high) * (y0 beside y1)
fn add_tile(sum: Tile, low: mat4x4f, high: mat4x4f, y0: mat4x4f, y1: mat4x4f) -> Tile {
  return Tile(add_product(sum.low0, low, y0), add_product(sum.low1, low, y1),
              add_product(sum.high0, high, y0), add_product(sum.high1, high, y1));
}

// Second stage of attention's backward pass, from p and ds of grad-scores.wgsl:
//   grad_q[t] = sum_j ds[t, j] k[j]      grad_k[j] = sum_t ds[t, j] q[t]      grad_v[j] = sum_t p[t, j] grad_out[t]
// with t over rows first_row .. first_row + rows - 1; for later rows than the first, grad_k and grad_v are added to.
// One tile of 8 rows by two Elems of one head and part per invocation: first all tiles of q, then of k, then of v. Invocations that
// share loads share those of rows, not of weights.
// Shapes: qkv, grad_out, weights as there; grad_qkv [B * T, 3 * H * D].
const LANES = 1u;
override WIDTH: u32 = 32; // invocations of a workgroup

@group(0) @binding(0) var<storage, read> qkv: array<Elem>;
@group(0) @binding(1) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(2) var<storage, read> weights: array<mat4x4f>;
@group(0) @binding(3) var<storage, read_write> grad_qkv: array<Elem>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { tokens: u32, heads: u32, head_size: u32, first_pair: u32, pairs: u32, first_row: u32, rows: u32, scale: f32 }

fn columns() -> u32 { return (params.head_size / LANES + 1u) / 2u; }
fn query_tiles() -> u32 { return (params.rows + 7u) / 8u; }
fn key_tiles() -> u32 { return (params.tokens + 7u) / 8u; }

// Invocations of a part: whole workgroups, so that all of one take the same way.
fn part_items(tiles: u32) -> u32 {
  return (params.pairs * columns() * padded(tiles) + WIDTH - 1u) / WIDTH * WIDTH;
}

fn work_items() -> u32 { return part_items(query_tiles()) + 2u * part_items(key_tiles()); }

fn run(first: u32, local: u32, lane: u32) {
  let units = params.head_size / LANES;
  let width = params.heads * units;
  let down = query_tiles();
  let across = key_tiles();
  let of_queries = part_items(down);
  let of_keys = part_items(across);
  let part = select(1u + (first - of_queries) / of_keys, 0u, first < of_queries);
  let within = local + select((first - of_queries) % of_keys, first, part == 0u);
  let tiles = select(across, down, part == 0u);
  let place = place_of(within, columns(), padded(tiles));
  let pair = params.first_pair + place.line; // sequence * heads + head
  let sequence = (pair / params.heads) * params.tokens;
  let head = (pair % params.heads) * units;
  let u0 = head + 2u * place.column;
  let u1 = min(u0 + 1u, head + units - 1u);

  let tile = min(place.tile, tiles - 1u);
  let first_tile = place.line * down * across;
  var sum = Tile();
  if (part == 0u) {
    let own = 8u * (first_tile + tile * across) + 4u;
    for (var block = 0u; block < 2u * across; block++) {
      let at = own + block / 2u * 8u + block % 2u * 2u;
      let k = row_starts(sequence, 4u * block, 3u * width) + width;
      let y = qkv_eight(starts_of(k + u0, k + u1, lane), 0u);
      sum = add_tile(sum, transpose(weights[at]), transpose(weights[at + 1u]), y.low, y.high);
    }
  } else if (part == 1u) {
    for (var block = 0u; block < 2u * down; block++) {
      let at = 8u * (first_tile + block / 2u * across + tile) + 4u + block % 2u;
      let q = row_starts(sequence, params.first_row + 4u * block, 3u * width);
      let y = qkv_eight(starts_of(q + u0, q + u1, lane), 0u);
      sum = add_tile(sum, weights[at], weights[at + 2u], y.low, y.high);
    }
  } else {
    for (var block = 0u; block < 2u * down; block++) {
      let at = 8u * (first_tile + block / 2u * across + tile) + block % 2u;
      let g = row_starts(sequence, params.first_row + 4u * block, width);
      let y = gradient_eight(starts_of(g + u0, g + u1, lane), 0u);
      sum = add_tile(sum, weights[at], weights[at + 2u], y.low, y.high);
    }
  }

  if (place.line >= params.pairs || place.tile >= tiles) { return; }
  let position = select(0u, params.first_row, part == 0u) + 8u * tile;
  let count = select(params.tokens, params.first_row + params.rows, part == 0u) - position;
  let adds = part > 0u && params.first_row > 0u;
  var sums = array<mat4x4f, 4>(sum.low0, sum.high0, sum.low1, sum.high1);
  for (var i = 0u; i < min(8u, count); i++) {
    for (var u = u0; u <= u1; u++) {
      let at = ((sequence + position + i) * 3u + part) * width + u;
      var grad = sums[2u * (u - u0) + i / 4u][i % 4u];
      if (adds) { grad += wide(grad_qkv[at]); }
      grad_qkv[at] = narrow(grad);
    }
  }
}

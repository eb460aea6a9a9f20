// Second stage of attention's backward pass, from p and ds of grad-scores.wgsl:
//   grad_q[t] = sum_j ds[t, j] k[j]      grad_k[j] = sum_t ds[t, j] q[t]      grad_v[j] = sum_t p[t, j] grad_out[t]
// with t over rows first_row .. first_row + rows - 1; for later rows than the first, grad_k and grad_v are added to.
// One tile of 8 rows by two Elems of one head and part per invocation: first all tiles of q, then of k, then of v.
// Shapes: qkv, grad_out, weights as there; grad_qkv [B * T, 3 * H * D].
const LANES = 1u;

@group(0) @binding(0) var<storage, read> qkv: array<Elem>;
@group(0) @binding(1) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(2) var<storage, read> weights: array<mat4x4f>;
@group(0) @binding(3) var<storage, read_write> grad_qkv: array<Elem>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { tokens: u32, heads: u32, head_size: u32, first_pair: u32, pairs: u32, first_row: u32, rows: u32, scale: f32 }

fn gradient_block(at: vec4u) -> mat4x4f {
  return mat4x4f(wide(grad_out[at.x]), wide(grad_out[at.y]), wide(grad_out[at.z]), wide(grad_out[at.w]));
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let units = params.head_size / LANES;
  let width = params.heads * units;
  let columns = (units + 1u) / 2u;
  let key_tiles = (params.tokens + 7u) / 8u;
  let query_tiles = (params.rows + 7u) / 8u;
  let of_queries = params.pairs * query_tiles * columns;
  let of_keys = params.pairs * key_tiles * columns;
  let index = linear_group(group, groups) * 32u + lane;
  if (index >= of_queries + 2u * of_keys) { return; }
  let part = select(1u + (index - of_queries) / of_keys, 0u, index < of_queries);
  let within = select((index - of_queries) % of_keys, index, part == 0u);
  let tiles = select(key_tiles, query_tiles, part == 0u);
  let local_pair = within / columns / tiles;
  let tile = within / columns % tiles;
  let pair = params.first_pair + local_pair; // sequence * heads + head
  let sequence = (pair / params.heads) * params.tokens;
  let head = (pair % params.heads) * units;
  let u0 = head + within % columns * 2u;
  let u1 = min(u0 + 1u, head + units - 1u);

  let first = local_pair * query_tiles * key_tiles;
  var sum = Tile();
  if (part == 0u) {
    let own = 8u * (first + tile * key_tiles) + 4u;
    for (var block = 0u; block < 2u * key_tiles; block++) {
      let at = own + block / 2u * 8u + block % 2u * 2u;
      let k = row_starts(sequence, 4u * block, 3u * width) + width;
      sum = add_tile(sum, transpose(weights[at]), transpose(weights[at + 1u]), qkv_block(k + u0), qkv_block(k + u1));
    }
  } else if (part == 1u) {
    for (var block = 0u; block < 2u * query_tiles; block++) {
      let at = 8u * (first + block / 2u * key_tiles + tile) + 4u + block % 2u;
      let q = row_starts(sequence, params.first_row + 4u * block, 3u * width);
      sum = add_tile(sum, weights[at], weights[at + 2u], qkv_block(q + u0), qkv_block(q + u1));
    }
  } else {
    for (var block = 0u; block < 2u * query_tiles; block++) {
      let at = 8u * (first + block / 2u * key_tiles + tile) + block % 2u;
      let g = row_starts(sequence, params.first_row + 4u * block, width);
      sum = add_tile(sum, weights[at], weights[at + 2u], gradient_block(g + u0), gradient_block(g + u1));
    }
  }

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

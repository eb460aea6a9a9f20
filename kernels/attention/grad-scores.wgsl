// First stage of attention's backward pass, for queries first_row .. first_row + rows - 1 of `pairs` heads:
//   p[t, j] = exp(scale * q[t] . k[j] - log_sum_exp[t]) where j is visible, else 0
//   ds[t, j] = scale * p[t, j] * (grad_out[t] . v[j] - delta[t])
// One tile of 8 queries by 8 keys per invocation; invocations that share loads share queries. Past the end of the queries or keys both are 0.
// Shapes: qkv, mask, log_sum_exp as in attention.wgsl; grad_out [B * T, H * D], delta [B, H, T], weights
// [pairs, query tiles, key tiles, 2 (p, ds), 2, 2] blocks: halves of keys, then of queries; [j] is key j's value for four queries.
const LANES = 1u;
override WIDTH: u32 = 32; // invocations of a workgroup
const HUGE = 3.0e38;

@group(0) @binding(0) var<storage, read> qkv: array<Elem>;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(3) var<storage, read> log_sum_exp: array<f32>;
@group(0) @binding(4) var<storage, read> delta: array<f32>;
@group(0) @binding(5) var<storage, read_write> weights: array<mat4x4f>;
@group(0) @binding(6) var<uniform> params: Params;
struct Params { tokens: u32, heads: u32, head_size: u32, first_pair: u32, pairs: u32, first_row: u32, rows: u32, scale: f32 }

struct Queries { log_sum_exp: vec4f, delta: vec4f }

fn queries_at(pair: u32, position: u32) -> Queries {
  let at = row_starts(pair * params.tokens, position, 1u);
  let exists = position + vec4u(0u, 1u, 2u, 3u) < vec4u(params.tokens);
  let sums = vec4f(log_sum_exp[at.x], log_sum_exp[at.y], log_sum_exp[at.z], log_sum_exp[at.w]);
  return Queries(select(vec4f(HUGE), sums, exists), vec4f(delta[at.x], delta[at.y], delta[at.z], delta[at.w]));
}

fn weight(score: vec4f, queries: Queries, visible: bool) -> vec4f {
  return select(vec4f(0.0), exp(score * params.scale - queries.log_sum_exp), visible);
}

fn store(at: u32, score: mat4x4f, product: mat4x4f, visible: vec4<bool>, queries: Queries) {
  let w0 = weight(score[0], queries, visible.x);
  let w1 = weight(score[1], queries, visible.y);
  let w2 = weight(score[2], queries, visible.z);
  let w3 = weight(score[3], queries, visible.w);
  weights[at] = mat4x4f(w0, w1, w2, w3);
  weights[at + 4u] = mat4x4f(
    params.scale * w0 * (product[0] - queries.delta), params.scale * w1 * (product[1] - queries.delta),
    params.scale * w2 * (product[2] - queries.delta), params.scale * w3 * (product[3] - queries.delta));
}

fn query_tiles() -> u32 { return (params.rows + 7u) / 8u; }
fn key_tiles() -> u32 { return (params.tokens + 7u) / 8u; }
fn work_items() -> u32 { return params.pairs * query_tiles() * padded(key_tiles()); }

fn run(first: u32, local: u32, lane: u32) {
  let index = first + local;
  let units = params.head_size / LANES;
  let width = params.heads * units;
  let key = index % padded(key_tiles()) * 8u;
  let queries = index / padded(key_tiles()); // heads * query tiles + query tile
  let pair = params.first_pair + queries / query_tiles(); // sequence * heads + head
  let sequence = (pair / params.heads) * params.tokens;
  let head = (pair % params.heads) * units;
  let query = params.first_row + queries % query_tiles() * 8u;

  let k0 = row_starts(sequence, key, 3u * width) + width + head;
  let k1 = row_starts(sequence, key + 4u, 3u * width) + width + head;
  let q = starts_of(row_starts(sequence, query, 3u * width) + head, row_starts(sequence, query + 4u, 3u * width) + head, lane);
  var score = Tile();
  for (var u = 0u; u < units; u++) {
    let y = qkv_eight(q, u);
    score = add_tile(score, qkv_block(k0 + u), qkv_block(k1 + u), transpose(y.low), transpose(y.high));
  }

  let g = starts_of(row_starts(sequence, query, width) + head, row_starts(sequence, query + 4u, width) + head, lane);
  let v0 = k0 + width;
  let v1 = k1 + width;
  var product = Tile(); // grad_out . v
  for (var u = 0u; u < units; u++) {
    let y = gradient_eight(g, u);
    product = add_tile(product, qkv_block(v0 + u), qkv_block(v1 + u), transpose(y.low), transpose(y.high));
  }

  if (key >= params.tokens) { return; }
  let tile = 8u * (queries * key_tiles() + key / 8u);
  let queries0 = queries_at(pair, query);
  let queries1 = queries_at(pair, query + 4u);
  let visible0 = shown(sequence, key);
  let visible1 = shown(sequence, key + 4u);
  store(tile, score.low0, product.low0, visible0, queries0);
  store(tile + 1u, score.low1, product.low1, visible0, queries1);
  store(tile + 2u, score.high0, product.high0, visible1, queries0);
  store(tile + 3u, score.high1, product.high1, visible1, queries1);
}

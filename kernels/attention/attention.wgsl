// out[b, t, h] = softmax_j(scale * q[t] . k[j], j visible) v      log_sum_exp[b, h, t] = log sum_j exp(...)
// One tile of 4 * QUERY_BLOCKS queries of one head per invocation, tiles first <= index < end; invocations that share loads share those of
// keys and values. Keys come in segments of 4 * key_blocks, whose scores `weights` holds, so that it does not grow with T; what earlier
// segments left in `out` is scaled to the new maximum and sum. Exponentials are taken once per pair of Elems of the output, which costs
// less than storing them. Products go by tiles of 8 keys (or two Elems) in registers: on CPU adapters a load of a vec4f, or an access to a
// private array by an index that the compiler does not know, costs as much as several vec4f multiply-adds. A query without any visible key
// gives 0, and log_sum_exp = HUGE so that the backward pass gives 0 too.
// Shapes: qkv [B * T, 3 * H * D] (all q heads, all k heads, all v heads), mask [B, T], out [B * T, H * D], log_sum_exp
// [B, H, T], weights [end - first, key_blocks, QUERY_BLOCKS] blocks, [j] being key j's scores for four queries.
const LANES = 1u;
override WIDTH: u32 = 32; // invocations of a workgroup
const HUGE = 3.0e38;
override QUERY_BLOCKS: u32 = 1; // 2 halves the loads of keys and values, and the invocations

@group(0) @binding(0) var<storage, read> qkv: array<Elem>;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<Elem>;
@group(0) @binding(3) var<storage, read_write> log_sum_exp: array<f32>;
@group(0) @binding(4) var<storage, read_write> weights: array<mat4x4f>;
@group(0) @binding(5) var<uniform> params: Params;
struct Params { tokens: u32, heads: u32, head_size: u32, first: u32, end: u32, key_blocks: u32, scale: f32 }

fn hide(score: mat4x4f, visible: vec4<bool>) -> mat4x4f {
  let low = vec4f(-HUGE);
  return mat4x4f(
    select(low, score[0] * params.scale, visible.x), select(low, score[1] * params.scale, visible.y),
    select(low, score[2] * params.scale, visible.z), select(low, score[3] * params.scale, visible.w));
}

fn exp_of(m: mat4x4f, shift: vec4f) -> mat4x4f {
  return mat4x4f(exp(m[0] - shift), exp(m[1] - shift), exp(m[2] - shift), exp(m[3] - shift));
}

fn larger(largest: vec4f, m: mat4x4f) -> vec4f { return max(largest, max(max(m[0], m[1]), max(m[2], m[3]))); }
fn sum_of(m: mat4x4f) -> vec4f { return (m[0] + m[1]) + (m[2] + m[3]); }
fn end_of(largest: vec4f, sum: vec4f) -> vec4f { return select(largest + log(sum), vec4f(HUGE), sum == vec4f(0.0)); }
fn inverse(sum: vec4f) -> vec4f { return select(1.0 / sum, vec4f(0.0), sum == vec4f(0.0)); }

fn work_items() -> u32 { return params.end - params.first; }

fn run(first: u32, local: u32, lane: u32) {
  let tile = first + local;
  let index = params.first + tile;
  let units = params.head_size / LANES;
  let width = params.heads * units;
  let tiles = padded((params.tokens - 1u) / (4u * QUERY_BLOCKS) + 1u);
  let pair = index / tiles; // sequence * heads + head
  let sequence = (pair / params.heads) * params.tokens;
  let head = (pair % params.heads) * units;
  let position = (index % tiles) * 4u * QUERY_BLOCKS;
  let count = params.tokens - min(position, params.tokens);
  let q0 = row_starts(sequence, position, 3u * width) + head;
  let q1 = row_starts(sequence, position + 4u, 3u * width) + head;
  let own = tile * params.key_blocks * QUERY_BLOCKS;

  var largest0 = vec4f(-HUGE / 4.0); // so far above hidden scores that their weight is 0
  var largest1 = largest0;
  var sum0 = vec4f(0.0);
  var sum1 = vec4f(0.0);
  for (var start = 0u; start < params.tokens; start += 4u * params.key_blocks) {
    let blocks = min(params.key_blocks, (params.tokens - start + 7u) / 8u * 2u);
    let before0 = largest0;
    let before1 = largest1;
    for (var block = 0u; block < blocks; block += 2u) {
      let key = start + 4u * block;
      let k0 = row_starts(sequence, key, 3u * width) + width + head;
      let k1 = row_starts(sequence, key + 4u, 3u * width) + width + head;
      let keys = starts_of(k0, k1, lane);
      var score = Tile();
      for (var u = 0u; u < units; u++) {
        let k = qkv_eight(keys, u);
        let y0 = transpose(qkv_block(q0 + u));
        score.low0 = add_product(score.low0, k.low, y0);
        score.high0 = add_product(score.high0, k.high, y0);
        if (QUERY_BLOCKS == 2u) {
          let y1 = transpose(qkv_block(q1 + u));
          score.low1 = add_product(score.low1, k.low, y1);
          score.high1 = add_product(score.high1, k.high, y1);
        }
      }
      let visible0 = shown(sequence, key);
      let visible1 = shown(sequence, key + 4u);
      let at = own + block * QUERY_BLOCKS;
      let low0 = hide(score.low0, visible0);
      let high0 = hide(score.high0, visible1);
      largest0 = larger(larger(largest0, low0), high0);
      weights[at] = low0;
      weights[at + QUERY_BLOCKS] = high0;
      if (QUERY_BLOCKS == 2u) {
        let low1 = hide(score.low1, visible0);
        let high1 = hide(score.high1, visible1);
        largest1 = larger(larger(largest1, low1), high1);
        weights[at + 1u] = low1;
        weights[at + 3u] = high1;
      }
    }

    let kept0 = sum0 * exp(before0 - largest0);
    let kept1 = sum1 * exp(before1 - largest1);
    for (var u = 0u; u < units; u += 2u) {
      let other = min(u + 1u, units - 1u);
      sum0 = kept0;
      sum1 = kept1;
      var product = Tile(); // weights times values
      for (var block = 0u; block < blocks; block++) {
        let v = row_starts(sequence, start + 4u * block, 3u * width) + 2u * width + head;
        let y = qkv_eight(starts_of(v + u, v + other, lane), 0u);
        let at = own + block * QUERY_BLOCKS;
        let w0 = exp_of(weights[at], largest0);
        sum0 += sum_of(w0);
        product.low0 = add_product(product.low0, transpose(w0), y.low);
        product.low1 = add_product(product.low1, transpose(w0), y.high);
        if (QUERY_BLOCKS == 2u) {
          let w1 = exp_of(weights[at + 1u], largest1);
          sum1 += sum_of(w1);
          product.high0 = add_product(product.high0, transpose(w1), y.low);
          product.high1 = add_product(product.high1, transpose(w1), y.high);
        }
      }
      let factor0 = inverse(sum0);
      let factor1 = inverse(sum1);
      var products = array<mat4x4f, 4>(product.low0, product.high0, product.low1, product.high1);
      var factors = array<vec4f, 4>(factor0, factor1, kept0 * factor0, kept1 * factor1);
      for (var i = 0u; i < min(4u * QUERY_BLOCKS, count); i++) {
        let half = i / 4u;
        let at = (sequence + position + i) * width + head + u;
        for (var next = 0u; next < min(2u, units - u); next++) {
          var y = products[2u * next + half][i % 4u] * factors[half][i % 4u];
          if (start > 0u) { y += wide(out[at + next]) * factors[2u + half][i % 4u]; }
          out[at + next] = narrow(y);
        }
      }
    }
  }

  var ends = array<vec4f, 2>(end_of(largest0, sum0), end_of(largest1, sum1));
  let first_end = pair * params.tokens + position;
  for (var i = 0u; i < min(4u * QUERY_BLOCKS, count); i++) { log_sum_exp[first_end + i] = ends[i / 4u][i % 4u]; }
}

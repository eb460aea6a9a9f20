// out[b, t, h] = softmax_j(scale * q[t] . k[j], j visible) v      log_sum_exp[b, h, t] = log sum_j exp(...)
// One tile of QUERIES queries of one head per invocation, tiles first <= index < end; keys stream past in blocks of four, a block being the four
// components of `score`. Loads are what a CPU adapter pays for (a vec4f costs it some 30 multiply-adds), so every key
// and value serves QUERIES queries; only the output tile stays private. The loop over dimensions has a bound that
// the compiler does not know: unrolled, the shader takes many seconds to compile there. Running maximum and sum are rescaled once per block; hidden keys weigh 0.
// A query without any visible key gives 0, and log_sum_exp = HUGE so that the backward pass gives 0 too.
// Shapes: qkv [B * T, 3 * H * D] (all q heads, all k heads, all v heads), mask [B, T], out [B * T, H * D],
// log_sum_exp [B, H, T].
const LANES = 1u;
const HEAD = 32u; // D, which sizes the private tile
const UNITS = HEAD / LANES;
const QUERIES = 4u;
const HUGE = 3.0e38;

@group(0) @binding(0) var<storage, read> qkv: array<Elem>;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<Elem>;
@group(0) @binding(3) var<storage, read_write> log_sum_exp: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { tokens: u32, heads: u32, head_size: u32, tiles: u32, first: u32, end: u32, scale: f32 }

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let index = params.first + linear_group(group, groups) * 32u + lane;
  if (index >= params.end) { return; }
  let last = params.tokens - 1u;
  let pair = index / params.tiles; // sequence * heads + head
  let sequence = (pair / params.heads) * params.tokens;
  let head = (pair % params.heads) * UNITS;
  let position = (index % params.tiles) * QUERIES;
  let width = params.heads * UNITS;
  let units = params.head_size / LANES; // UNITS, but not known to the compiler

  var sum: array<array<Elem, UNITS>, QUERIES>;
  var largest: array<f32, QUERIES>;
  var weight_sum: array<f32, QUERIES>;
  for (var i = 0u; i < QUERIES; i++) { largest[i] = -HUGE; }

  for (var first = 0u; first < params.tokens; first += 4u) {
    let keys = min(vec4u(first, first + 1u, first + 2u, first + 3u), vec4u(last));
    let k = (sequence + keys) * 3u * width + width + head;
    var score = array<vec4f, QUERIES>(); // explicit: drivers were seen to keep the last block's values
    for (var u = 0u; u < units; u++) {
      let k0 = qkv[k.x + u];
      let k1 = qkv[k.y + u];
      let k2 = qkv[k.z + u];
      let k3 = qkv[k.w + u];
      for (var i = 0u; i < QUERIES; i++) {
        let q = qkv[(sequence + min(position + i, last)) * 3u * width + head + u];
        score[i] += vec4f(inner(q, k0), inner(q, k1), inner(q, k2), inner(q, k3));
      }
    }
    let inside = vec4u(first, first + 1u, first + 2u, first + 3u) <= vec4u(last);
    let shown = vec4u(mask[sequence + keys.x], mask[sequence + keys.y], mask[sequence + keys.z], mask[sequence + keys.w]);
    let visible = inside & (shown != vec4u(0u));
    var rescale: array<f32, QUERIES>;
    for (var i = 0u; i < QUERIES; i++) {
      let s = select(vec4f(-HUGE), score[i] * params.scale, visible);
      let block = max(largest[i], max(max(s.x, s.y), max(s.z, s.w)));
      rescale[i] = exp(largest[i] - block);
      score[i] = select(vec4f(0.0), exp(s - block), visible);
      largest[i] = block;
      weight_sum[i] = weight_sum[i] * rescale[i] + (score[i].x + score[i].y + score[i].z + score[i].w);
    }
    let v = k + width;
    for (var u = 0u; u < units; u++) {
      let v0 = qkv[v.x + u];
      let v1 = qkv[v.y + u];
      let v2 = qkv[v.z + u];
      let v3 = qkv[v.w + u];
      for (var i = 0u; i < QUERIES; i++) {
        let w = score[i];
        sum[i][u] = sum[i][u] * rescale[i] + (v0 * w.x + v1 * w.y + v2 * w.z + v3 * w.w);
      }
    }
  }

  let count = min(QUERIES, params.tokens - position);
  for (var i = 0u; i < count; i++) {
    let empty = weight_sum[i] == 0.0;
    let factor = select(1.0 / weight_sum[i], 0.0, empty);
    let start = (sequence + position + i) * width + head;
    for (var u = 0u; u < units; u++) { out[start + u] = sum[i][u] * factor; }
    log_sum_exp[pair * params.tokens + position + i] = select(largest[i] + log(weight_sum[i]), HUGE, empty);
  }
}

// Gradients of keys and values, with p and ds as in grad-query.wgsl:
//   grad_k[j] = sum_t ds[t, j] q[t]      grad_v[j] = sum_t p[t, j] grad_out[t]
// Roles are swapped: KEYS keys of one head per invocation, queries stream past four at a time, so that no two
// invocations add to one place. Shapes as in attention.wgsl; grad_qkv [B * T, 3 * H * D], of which this writes the k and
// v heads.
const LANES = 1u;
const HEAD = 32u; // D, which sizes the private tiles
const UNITS = HEAD / LANES;
const KEYS = 4u;

@group(0) @binding(0) var<storage, read> qkv: array<Elem>;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(3) var<storage, read> log_sum_exp: array<f32>;
@group(0) @binding(4) var<storage, read> delta: array<f32>;
@group(0) @binding(5) var<storage, read_write> grad_qkv: array<Elem>;
@group(0) @binding(6) var<uniform> params: Params;
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
  let position = (index % params.tiles) * KEYS;
  let width = params.heads * UNITS;
  let units = params.head_size / LANES; // UNITS, but not known to the compiler

  var grad_k: array<array<Elem, UNITS>, KEYS>;
  var grad_v: array<array<Elem, UNITS>, KEYS>;
  for (var first = 0u; first < params.tokens; first += 4u) {
    let block = vec4u(first, first + 1u, first + 2u, first + 3u);
    let rows = sequence + min(block, vec4u(last));
    let q = rows * 3u * width + head;
    let g = rows * width + head;
    var score = array<vec4f, KEYS>(); // explicit: drivers were seen to keep the last block's values
    var product = array<vec4f, KEYS>(); // grad_out . v
    for (var u = 0u; u < units; u++) {
      let q0 = qkv[q.x + u];
      let q1 = qkv[q.y + u];
      let q2 = qkv[q.z + u];
      let q3 = qkv[q.w + u];
      let g0 = grad_out[g.x + u];
      let g1 = grad_out[g.y + u];
      let g2 = grad_out[g.z + u];
      let g3 = grad_out[g.w + u];
      for (var i = 0u; i < KEYS; i++) {
        let at = (sequence + min(position + i, last)) * 3u * width + width + head + u;
        let k = qkv[at];
        let v = qkv[at + width];
        score[i] += vec4f(inner(k, q0), inner(k, q1), inner(k, q2), inner(k, q3));
        product[i] += vec4f(inner(v, g0), inner(v, g1), inner(v, g2), inner(v, g3));
      }
    }
    let at = pair * params.tokens + min(block, vec4u(last));
    let sums = vec4f(log_sum_exp[at.x], log_sum_exp[at.y], log_sum_exp[at.z], log_sum_exp[at.w]);
    let deltas = vec4f(delta[at.x], delta[at.y], delta[at.z], delta[at.w]);
    for (var i = 0u; i < KEYS; i++) {
      let visible = mask[sequence + min(position + i, last)] != 0u;
      let used = (block <= vec4u(last)) & vec4<bool>(visible);
      let weight = select(vec4f(0.0), exp(score[i] * params.scale - sums), used);
      score[i] = params.scale * weight * (product[i] - deltas);
      product[i] = weight;
    }
    for (var u = 0u; u < units; u++) {
      let q0 = qkv[q.x + u];
      let q1 = qkv[q.y + u];
      let q2 = qkv[q.z + u];
      let q3 = qkv[q.w + u];
      let g0 = grad_out[g.x + u];
      let g1 = grad_out[g.y + u];
      let g2 = grad_out[g.z + u];
      let g3 = grad_out[g.w + u];
      for (var i = 0u; i < KEYS; i++) {
        let s = score[i];
        let w = product[i];
        grad_k[i][u] += q0 * s.x + q1 * s.y + q2 * s.z + q3 * s.w;
        grad_v[i][u] += g0 * w.x + g1 * w.y + g2 * w.z + g3 * w.w;
      }
    }
  }

  let count = min(KEYS, params.tokens - position);
  for (var i = 0u; i < count; i++) {
    let start = (sequence + position + i) * 3u * width + width + head;
    for (var u = 0u; u < units; u++) {
      grad_qkv[start + u] = grad_k[i][u];
      grad_qkv[start + width + u] = grad_v[i][u];
    }
  }
}

// Gradient of the queries, with p[t, j] = exp(scale * q[t] . k[j] - log_sum_exp[t]) where j is visible, else 0:
//   ds[t, j] = scale * p[t, j] * (grad_out[t] . v[j] - delta[t])     grad_q[t] = sum_j ds[t, j] k[j]
// The weights p are computed again instead of kept. Tiles and loops as in attention.wgsl: QUERIES queries per
// invocation, four keys per step. Shapes as there; grad_qkv [B * T, 3 * H * D], of which this writes the q heads.
const LANES = 1u;
const HEAD = 32u; // D, which sizes the private tile
const UNITS = HEAD / LANES;
const QUERIES = 4u;

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
  let position = (index % params.tiles) * QUERIES;
  let width = params.heads * UNITS;
  let units = params.head_size / LANES; // UNITS, but not known to the compiler

  var grad: array<array<Elem, UNITS>, QUERIES>;
  for (var first = 0u; first < params.tokens; first += 4u) {
    let block = vec4u(first, first + 1u, first + 2u, first + 3u);
    let keys = min(block, vec4u(last));
    let k = (sequence + keys) * 3u * width + width + head;
    let v = k + width;
    var score = array<vec4f, QUERIES>(); // explicit: drivers were seen to keep the last block's values
    var product = array<vec4f, QUERIES>(); // grad_out . v
    for (var u = 0u; u < units; u++) {
      let k0 = qkv[k.x + u];
      let k1 = qkv[k.y + u];
      let k2 = qkv[k.z + u];
      let k3 = qkv[k.w + u];
      let v0 = qkv[v.x + u];
      let v1 = qkv[v.y + u];
      let v2 = qkv[v.z + u];
      let v3 = qkv[v.w + u];
      for (var i = 0u; i < QUERIES; i++) {
        let row = sequence + min(position + i, last);
        let q = qkv[row * 3u * width + head + u];
        let g = grad_out[row * width + head + u];
        score[i] += vec4f(inner(q, k0), inner(q, k1), inner(q, k2), inner(q, k3));
        product[i] += vec4f(inner(g, v0), inner(g, v1), inner(g, v2), inner(g, v3));
      }
    }
    let shown = vec4u(mask[sequence + keys.x], mask[sequence + keys.y], mask[sequence + keys.z], mask[sequence + keys.w]);
    let visible = (block <= vec4u(last)) & (shown != vec4u(0u));
    for (var i = 0u; i < QUERIES; i++) {
      let at = pair * params.tokens + min(position + i, last);
      let weight = select(vec4f(0.0), exp(score[i] * params.scale - log_sum_exp[at]), visible);
      score[i] = params.scale * weight * (product[i] - delta[at]);
    }
    for (var u = 0u; u < units; u++) {
      let k0 = qkv[k.x + u];
      let k1 = qkv[k.y + u];
      let k2 = qkv[k.z + u];
      let k3 = qkv[k.w + u];
      for (var i = 0u; i < QUERIES; i++) {
        let s = score[i];
        grad[i][u] += k0 * s.x + k1 * s.y + k2 * s.z + k3 * s.w;
      }
    }
  }

  let count = min(QUERIES, params.tokens - position);
  for (var i = 0u; i < count; i++) {
    let start = (sequence + position + i) * 3u * width + head;
    for (var u = 0u; u < units; u++) { grad_qkv[start + u] = grad[i][u]; }
  }
}

// delta[b, h, t] = sum_d grad_out[b, t, h, d] * out[b, t, h, d]
// It is what the softmax's derivative subtracts; summed over t it is the gradient of a factor 1 on the head's output.
// One (b, h, t) per invocation. Shapes: out, grad_out [B * T, H * D], delta [B, H, T].
const LANES = 1u;

@group(0) @binding(0) var<storage, read> out: array<Elem>;
@group(0) @binding(1) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(2) var<storage, read_write> delta: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;
struct Params { count: u32, tokens: u32, heads: u32, head_size: u32 }

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let index = linear_group(group, groups) * 32u + lane;
  if (index >= params.count) { return; }
  let units = params.head_size / LANES;
  let pair = index / params.tokens; // sequence * heads + head
  let row = (pair / params.heads) * params.tokens + index % params.tokens;
  let start = (row * params.heads + pair % params.heads) * units;
  var sum = Elem(0.0);
  for (var u = 0u; u < units; u++) { sum += grad_out[start + u] * out[start + u]; }
  delta[index] = total(sum);
}

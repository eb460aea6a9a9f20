// AdamW with gradient-norm clipping (Loshchilov & Hutter 2019; PyTorch's order of operations).
//   g = gradient * min(1, clip_norm / (norm + 1e-6))     m = b1 m + rest1 g     v = b2 v + rest2 g^2
//   parameter = parameter * decay_factor - step_size * m / (sqrt(v) * variance_factor + epsilon), decay_factor only where decayed
// rest = 1 - b (formed in f32 from 0.999 it would be 5e-5 off), decay_factor = 1 - lr * decay, step_size = lr / (1 - b1^t)
// and variance_factor = 1 / sqrt(1 - b2^t) come from the CPU.
// norm[1] != 0 says that a gradient is not finite: nothing is written then.
// Shapes: all [count]; norm [2]; decayed [ceil(count / 256)], a flag for the 256 elements of each workgroup.
// Four neighboring elements per invocation; the last four may be partial.
@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> norm: array<f32>;
@group(0) @binding(2) var<storage, read> decayed: array<u32>;
@group(0) @binding(3) var<storage, read_write> parameter: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> momentum: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> variance: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;
struct Params {
  count: u32, step_size: f32, decay_factor: f32, variance_factor: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32,
  epsilon: f32, clip_norm: f32
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  if (norm[1] != 0.0) { return; }
  let clip = min(1.0, params.clip_norm / (norm[0] + 1e-6));
  let grain = linear_group(group, groups);
  let i = grain * 64u + lane;
  if (4u * i >= params.count) { return; }
  let g = gradient[i] * clip;
  let m = params.beta1 * momentum[i] + params.rest1 * g;
  let v = params.beta2 * variance[i] + params.rest2 * g * g;
  let update = m / (sqrt(v) * params.variance_factor + params.epsilon);
  let kept = select(1.0, params.decay_factor, decayed[grain] != 0u);
  let value = parameter[i] * kept - params.step_size * update;
  if (4u * i + 4u <= params.count) {
    momentum[i] = m;
    variance[i] = v;
    parameter[i] = value;
    return;
  }
  for (var k = 0u; 4u * i + k < params.count; k++) {
    momentum[i][k] = m[k];
    variance[i][k] = v[k];
    parameter[i][k] = value[k];
  }
}

// out[i] = grad_out[i] * gelu'(x[i]), i < count. Two fours of elements per invocation; the last four may be partial.
// Shapes: x, grad_out, out [count], any count.
override FORM: u32 = 0u; // 0 exact, 1 tanh

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> grad_out: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;
struct Params { count: u32 }

fn slope(v: f32) -> f32 {
  if (FORM == 1u) { return gelu_tanh_slope(v); }
  return gelu_exact_slope(v);
}

fn step(i: u32) {
  if (4u * i >= params.count) { return; }
  let v = x[i];
  let y = grad_out[i] * vec4f(slope(v.x), slope(v.y), slope(v.z), slope(v.w));
  if (4u * i + 4u <= params.count) {
    out[i] = y;
    return;
  }
  for (var k = 0u; 4u * i + k < params.count; k++) { out[i][k] = y[k]; }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let first = linear_group(group, groups) * 128u + lane;
  step(first);
  step(first + 64u);
}

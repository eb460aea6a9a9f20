// out[i] = grad_out[i] * gelu'(x[i]), i < count.
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

fn values_at(i: u32) -> vec4f {
  let v = x[i];
  return grad_out[i] * vec4f(slope(v.x), slope(v.y), slope(v.z), slope(v.w));
}

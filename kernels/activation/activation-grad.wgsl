// relu: out[i] = grad_out[i] where value[i] > 0 (value is the input), else 0.
// tanh: out[i] = grad_out[i] * (1 - value[i]^2) (value is the output).
// Shapes: value, grad_out, out [count], any count.
override KIND: u32 = 0u; // 0 relu, 1 tanh

@group(0) @binding(0) var<storage, read> value: array<vec4f>;
@group(0) @binding(1) var<storage, read> grad_out: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;
struct Params { count: u32 }

fn values_at(i: u32) -> vec4f {
  let v = value[i];
  let y = grad_out[i];
  if (KIND == 0u) { return select(vec4f(0.0), y, v > vec4f(0.0)); }
  return y * (1.0 - v * v);
}

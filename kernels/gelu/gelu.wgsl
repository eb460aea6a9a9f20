// out[i] = gelu(x[i]), i < count.
// Shapes: x, out [count], any count.
override FORM: u32 = 0u; // 0 exact, 1 tanh

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;
struct Params { count: u32 }

fn value(v: f32) -> f32 {
  if (FORM == 1u) { return gelu_tanh(v); }
  return gelu_exact(v);
}

fn values_at(i: u32) -> vec4f {
  let v = x[i];
  return vec4f(value(v.x), value(v.y), value(v.z), value(v.w));
}

// out[i] = relu(x[i]) or tanh(x[i]), i < count.
// Shapes: x, out [count], any count. NaN stays NaN, so that a broken run is noticed.
override KIND: u32 = 0u; // 0 relu, 1 tanh

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;
struct Params { count: u32 }

fn value(v: f32) -> f32 {
  let is_nan = (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u;
  if (is_nan) { return v; }
  if (KIND == 0u) { return max(v, 0.0); }
  return tanh_clamped(v);
}

fn values_at(i: u32) -> vec4f {
  let v = x[i];
  return vec4f(value(v.x), value(v.y), value(v.z), value(v.w));
}

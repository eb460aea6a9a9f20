// `fma.wgsl` in half precision: four independent chains of vec4h per invocation, four rounds a turn.
//   out[i] = sum of the chains, so that none of them can be left out. Shapes: out [invocations].
enable f16;

@group(0) @binding(0) var<storage, read_write> out: array<f32>;

override ROUNDS: u32 = 512; // a multiple of 4

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4h(0.1h, 0.2h, 0.3h, 0.4h) * f16(id.x % 7u);
  let y = vec4h(0.9h, 0.8h, 0.7h, 0.6h);
  var a = x; var b = x + 1.0h; var c = x + 2.0h; var d = x + 3.0h;
  for (var i = 0u; i < ROUNDS / 4u; i++) {
    a = fma(a, y, x); b = fma(b, y, x); c = fma(c, y, x); d = fma(d, y, x);
    a = fma(a, y, x); b = fma(b, y, x); c = fma(c, y, x); d = fma(d, y, x);
    a = fma(a, y, x); b = fma(b, y, x); c = fma(c, y, x); d = fma(d, y, x);
    a = fma(a, y, x); b = fma(b, y, x); c = fma(c, y, x); d = fma(d, y, x);
  }
  out[id.x] = f32(dot(a + b + c + d, vec4h(1.0h)));
}

// Multiply-adds as fast as the adapter does them: four independent chains of vec4 per invocation, nothing read but the start. More
// chains do not fit the registers of CPU adapters; there the loop itself is most of the time unless several rounds share a turn.
//   out[i] = sum of the chains, so that none of them can be left out. Shapes: out [invocations].
@group(0) @binding(0) var<storage, read_write> out: array<f32>;

override ROUNDS: u32 = 512; // a multiple of 4

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  // Every component differs by invocation: graphics cards compute once a subgroup what does not.
  let x = vec4f(0.1, 0.2, 0.3, 0.4) * f32(id.x % 7u);
  let y = vec4f(0.999, 0.998, 0.997, 0.996);
  var a = x; var b = x + 1.0; var c = x + 2.0; var d = x + 3.0;
  for (var i = 0u; i < ROUNDS / 4u; i++) {
    a = fma(a, y, x); b = fma(b, y, x); c = fma(c, y, x); d = fma(d, y, x);
    a = fma(a, y, x); b = fma(b, y, x); c = fma(c, y, x); d = fma(d, y, x);
    a = fma(a, y, x); b = fma(b, y, x); c = fma(c, y, x); d = fma(d, y, x);
    a = fma(a, y, x); b = fma(b, y, x); c = fma(c, y, x); d = fma(d, y, x);
  }
  out[id.x] = dot(a + b + c + d, vec4f(1.0));
}

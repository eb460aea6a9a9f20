// GELU, exact and tanh form, with derivatives. Shared by the gelu kernels and by matrix-product epilogues.
//   exact: x * phi(x), phi the normal distribution function      tanh: x/2 * (1 + tanh(c (x + 0.044715 x^3))), c = sqrt(2/pi)
// The upper tail 1 - phi(a), a >= 0, is exp(-a^2/2) * t * poly(t) with t = 1 / (1 + 0.3 a). The polynomial is our own
// Chebyshev fit over a <= 13 (error 4e-8), so that erf(a / sqrt 2) = 1 - 2 tail is within 1e-6 and the tail keeps its
// relative accuracy. Built-in tanh is not used: WGSL grants it only 1e-5, and drivers let it overflow.

struct NormalTail { tail: f32, density: f32 }

// Upper tail and density of the normal distribution at |x|; beyond 15 both vanish in f32. (SwiftShader takes
// three times as long for `min` as for `select`.)
fn normal_tail(x: f32) -> NormalTail {
  let a = select(abs(x), 15.0, abs(x) > 15.0);
  let e = exp(-0.5 * a * a);
  let t = 1.0 / fma(0.3, a, 1.0);
  var p = fma(0.03767065597, t, -0.1654667333);
  p = fma(p, t, 0.2204895109);
  p = fma(p, t, -0.06658454113);
  p = fma(p, t, 0.1353183738);
  p = fma(p, t, 0.09789039255);
  p = fma(p, t, 0.121073595);
  p = fma(p, t, 0.1196087799);
  return NormalTail(e * t * p, e * 0.3989422804);
}

fn gelu_exact(x: f32) -> f32 {
  let tail = normal_tail(x).tail;
  return x * select(tail, 1.0 - tail, x >= 0.0);
}

fn gelu_exact_slope(x: f32) -> f32 {
  let normal = normal_tail(x);
  return fma(x, normal.density, select(normal.tail, 1.0 - normal.tail, x >= 0.0));
}

// tanh within about 1e-7; |z| is clamped because exp(2z) overflows, and tanh(10) is 1 in f32.
fn tanh_clamped(z: f32) -> f32 {
  return 1.0 - 2.0 / (exp(2.0 * clamp(z, -10.0, 10.0)) + 1.0);
}

fn gelu_tanh(x: f32) -> f32 {
  let a = clamp(x, -30.0, 30.0); // x^3 must not overflow
  return 0.5 * x * (1.0 + tanh_clamped(0.7978845608 * fma(0.044715 * a * a, a, a)));
}

fn gelu_tanh_slope(x: f32) -> f32 {
  let a = clamp(x, -30.0, 30.0);
  let t = tanh_clamped(0.7978845608 * fma(0.044715 * a * a, a, a));
  let inner_slope = 0.7978845608 * fma(0.134145 * a, a, 1.0);
  return fma(0.5 * x * (1.0 - t * t), inner_slope, 0.5 * (1.0 + t));
}

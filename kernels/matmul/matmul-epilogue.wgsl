// What a product does with a finished sum, for all products, whose bindings and parameters it uses.
// `params.epilogue` is a sum of these. GELU (1 exact, 2 tanh, 3 and 4 their slopes at residual) is an override of theirs, since lavapipe
// computes both sides of a condition that is only known at run time.
const BIAS = 1u;
const RESIDUAL = 2u;
const PREACTIVATION = 4u;
const SUMS = 8u; // of A, by row-sums.wgsl

fn finish(sum: f32, at: u32, col: u32) -> f32 {
  let wanted = params.epilogue;
  var z = sum;
  if ((wanted & BIAS) != 0u) { z += bias[col]; }
  if ((wanted & PREACTIVATION) != 0u) { second[at] = z; }
  if (GELU == 1u) { z = gelu_exact(z); }
  if (GELU == 2u) { z = gelu_tanh(z); }
  if (GELU == 3u) { z *= gelu_exact_slope(residual[at]); }
  if (GELU == 4u) { z *= gelu_tanh_slope(residual[at]); }
  if ((wanted & RESIDUAL) != 0u) { z += residual[at]; }
  return z;
}

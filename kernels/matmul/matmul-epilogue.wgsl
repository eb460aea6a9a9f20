// What a product does with a finished sum, for matmul.wgsl and matmul-quads.wgsl, whose bindings and parameters it uses.
// `params.epilogue` is a sum of these, and of one of the GELU cases.
const BIAS = 1u;
const RESIDUAL = 2u;
const PREACTIVATION = 4u;
const SUMS = 8u; // of A, by row-sums.wgsl
const GELU_EXACT = 16u;
const GELU_TANH = 32u;
const GELU_EXACT_SLOPE = 64u; // at residual
const GELU_TANH_SLOPE = 128u;

fn finish(sum: f32, at: u32, col: u32) -> f32 {
  let wanted = params.epilogue;
  var z = sum;
  if ((wanted & BIAS) != 0u) { z += bias[col]; }
  if ((wanted & PREACTIVATION) != 0u) { second[at] = z; }
  if ((wanted & GELU_EXACT) != 0u) { z = gelu_exact(z); }
  if ((wanted & GELU_TANH) != 0u) { z = gelu_tanh(z); }
  if ((wanted & GELU_EXACT_SLOPE) != 0u) { z *= gelu_exact_slope(residual[at]); }
  if ((wanted & GELU_TANH_SLOPE) != 0u) { z *= gelu_tanh_slope(residual[at]); }
  if ((wanted & RESIDUAL) != 0u) { z += residual[at]; }
  return z;
}

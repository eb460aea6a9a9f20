// What a product with quantized weights does with four finished sums of a row, for the tiles of product-tile.wgsl. Kernels define
// `params`, `bias`, `residual`, `out`, `scaled`, which makes values of the sums, and these overrides, which are constants because
// lavapipe computes both sides of a condition that is only known at run time:
//   HAS_BIAS; HAS_RESIDUAL; GELU: 1 exact, 2 tanh
// Epilogue and stores of up to four columns of one row.
fn finish_four(sum: vec4f, row: u32, col: u32) {
  let c = four(col, params.cols);
  let i = row * params.cols + c;
  var z = scaled(sum, row, c);
  if (HAS_BIAS == 1u) { z += vec4f(bias[c.x], bias[c.y], bias[c.z], bias[c.w]); }
  if (GELU == 1u) { z = vec4f(gelu_exact(z.x), gelu_exact(z.y), gelu_exact(z.z), gelu_exact(z.w)); }
  if (GELU == 2u) { z = vec4f(gelu_tanh(z.x), gelu_tanh(z.y), gelu_tanh(z.z), gelu_tanh(z.w)); }
  if (HAS_RESIDUAL == 1u) { z += vec4f(residual[i.x], residual[i.y], residual[i.z], residual[i.w]); }
  // Past the last column c repeats it, and so do the values: the same one is stored again.
  z.y = select(z.x, z.y, c.y > c.x);
  z.z = select(z.y, z.z, c.z > c.y);
  z.w = select(z.z, z.w, c.w > c.z);
  out[i.x] = z.x; out[i.y] = z.y; out[i.z] = z.z; out[i.w] = z.w;
}

// The epilogue of matmul-epilogue.wgsl for four neighboring sums of a row, and their stores: for the products of
// matmul-quad-bindings.wgsl.

// Where the sums of this slice start in out.
var<private> plane: u32;

// The columns from `col`, which is one of the product's; up to three may be past the end.
fn finish_four(sum: vec4f, row: u32, col: u32) {
  let c = four(col, params.cols);
  let i = row * params.cols + c;
  var z = sum;
  if ((params.epilogue & BIAS) != 0u) { z += vec4f(bias[c.x], bias[c.y], bias[c.z], bias[c.w]); }
  // Past the last column c repeats it, and so do the values: the same one is stored again.
  z.y = select(z.x, z.y, c.y > c.x);
  z.z = select(z.y, z.z, c.z > c.y);
  z.w = select(z.z, z.w, c.w > c.z);
  if ((params.epilogue & PREACTIVATION) != 0u) {
    second[i.x] = z.x; second[i.y] = z.y; second[i.z] = z.z; second[i.w] = z.w;
  }
  if (GELU == 1u) { z = vec4f(gelu_exact(z.x), gelu_exact(z.y), gelu_exact(z.z), gelu_exact(z.w)); }
  if (GELU == 2u) { z = vec4f(gelu_tanh(z.x), gelu_tanh(z.y), gelu_tanh(z.z), gelu_tanh(z.w)); }
  if ((params.epilogue & RESIDUAL) != 0u || GELU > 2u) {
    let x = vec4f(residual[i.x], residual[i.y], residual[i.z], residual[i.w]);
    if (GELU == 3u) { z *= vec4f(gelu_exact_slope(x.x), gelu_exact_slope(x.y), gelu_exact_slope(x.z), gelu_exact_slope(x.w)); }
    if (GELU == 4u) { z *= vec4f(gelu_tanh_slope(x.x), gelu_tanh_slope(x.y), gelu_tanh_slope(x.z), gelu_tanh_slope(x.w)); }
    if ((params.epilogue & RESIDUAL) != 0u) { z += x; }
  }
  let o = plane + i;
  out[o.x] = z.x; out[o.y] = z.y; out[o.z] = z.z; out[o.w] = z.w;
}

// Four neighbors of a row of x, zeros past its end, for the kernels that make codes of rows. They define `params`, `x`, `x_quads` and
// QUADS, which is 1 where cols is a multiple of 4.
fn quad(row: u32, col: u32) -> vec4f {
  let base = row * params.cols;
  if (QUADS == 1u) { return x_quads[(base + col) >> 2u]; }
  var v = vec4f();
  for (var j = 0u; j < 4u; j++) {
    if (col + j < params.cols) { v[j] = x[base + col + j]; }
  }
  return v;
}

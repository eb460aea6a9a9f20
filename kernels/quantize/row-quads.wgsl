// Rows of x [rows, cols] for the kernels that make codes of them: parameters, x, and four neighbors of a row. They define QUADS, which is
// 1 where cols is a multiple of 4.
struct Params {
  rows: u32,
  cols: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> x_quads: array<vec4f>;

// Zeros past the end of the row.
fn quad(row: u32, col: u32) -> vec4f {
  let base = row * params.cols;
  if (QUADS == 1u) { return x_quads[(base + col) >> 2u]; }
  var v = vec4f();
  for (var j = 0u; j < 4u; j++) {
    if (col + j < params.cols) { v[j] = x[base + col + j]; }
  }
  return v;
}

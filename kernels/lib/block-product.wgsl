// Products of blocks of 4 x 4 in registers, for the kernels that cut matrices into them.

// The four rows (columns) from `first`; those past the end are the last valid one.
fn four(first: u32, count: u32) -> vec4u {
  return min(vec4u(first, first + 1u, first + 2u, first + 3u), vec4u(count - 1u));
}

fn add_row(sum: vec4f, x: vec4f, y: mat4x4f) -> vec4f {
  return fma(vec4f(x.w), y[3], fma(vec4f(x.z), y[2], fma(vec4f(x.y), y[1], fma(vec4f(x.x), y[0], sum))));
}

// sum + x y, where m[i] is row i
fn add_product(sum: mat4x4f, x: mat4x4f, y: mat4x4f) -> mat4x4f {
  return mat4x4f(add_row(sum[0], x[0], y), add_row(sum[1], x[1], y), add_row(sum[2], x[2], y), add_row(sum[3], x[3], y));
}

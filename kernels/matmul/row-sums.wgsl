// Sums of A over the inner indices of a slice, beside a product whose A is stored [inner, rows]: the gradient of a bias beside that
// of its weight. For the products whose bindings and parameters it uses; matmul-workgroups.wgsl adds up what it has
// copied.
//   second[z, r] = sum of A[r, k], k in [first, end)      Shape of second: [slices, rows]
// One row per invocation. Every fourth k goes into one of four running sums, which are added in fixed order.
fn sum_row(r: u32, first: u32, end: u32) -> f32 {
  let n = params.rows;
  var sums = vec4f();
  var k = first;
  for (; k + 4u <= end; k += 4u) {
    let i = k * n + r;
    sums += vec4f(a[i], a[i + n], a[i + 2u * n], a[i + 3u * n]);
  }
  for (; k < end; k++) { sums.x += a[k * n + r]; }
  return (sums.x + sums.y) + (sums.z + sums.w);
}

// The invocations of a workgroup share out its rows.
fn sum_rows(rows: vec2u, slice: u32, end: u32) {
  for (var r = rows.x; r < rows.y; r += WIDTH) { second[slice * params.rows + r] = sum_row(r, slice * params.slice, end); }
}

// Matrix product with a fused epilogue, summed as outer products: one value of each row times one of each column at a time.
//   z[r, c] = sum_k A[r, k] * B[k, c] + bias[c]      out[r, c] = gelu(z[r, c]) + residual[r, c] or z[r, c] * gelu'(residual[r, c])
// Shapes: out, residual [rows, cols]; bias [cols]; second: z [rows, cols] or the sums of row-sums.wgsl; A and B by the distances in
// storage between neighbors. With slices > 1 (grid z) out is [slices, rows, cols] of partial sums.
// Any sizes. Rows and columns past the end read the last valid ones and are not stored.
// One invocation owns ROWS rows by 8 columns, WIDTH apart. Made for CPU adapters, on which a load costs as much as a dozen
// multiply-adds and is cheapest where a workgroup shares its place (A here). Steps of several k hold more values than there are
// registers: on lavapipe half the speed. Forms and most of the epilogue are parameters, so that all products share few pipelines.
override ROWS: u32 = 16; // 1, 4, 8 or 16
override WIDTH: u32 = 16;
override GELU: u32 = 0; // as in matmul-epilogue.wgsl

// Where four rows from `row` start in storage.
fn start_a(row: u32) -> vec4u { return min(vec4u(row) + vec4u(0u, 1u, 2u, 3u), vec4u(params.rows - 1u)) * params.a_row; }

// Adds A[i] times a row of eight columns.
fn add(sum: mat2x4f, i: u32, y: mat2x4f) -> mat2x4f {
  let x = vec4f(a[i]);
  return mat2x4f(fma(x, y[0], sum[0]), fma(x, y[1], sum[1]));
}

@compute @workgroup_size(WIDTH) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let col = group.x * WIDTH * 8u + local.x;
  let row = params.first_row + group.y * ROWS;
  let end = min(params.inner, (group.z + 1u) * params.slice);
  let a0 = start_a(row);
  let a1 = start_a(row + 4u);
  let a2 = start_a(row + 8u);
  let a3 = start_a(row + 12u);
  let b0 = start_b(col);
  let b1 = start_b(col + 4u * WIDTH);
  var s0 = mat2x4f(); var s1 = mat2x4f(); var s2 = mat2x4f(); var s3 = mat2x4f();
  var s4 = mat2x4f(); var s5 = mat2x4f(); var s6 = mat2x4f(); var s7 = mat2x4f();
  var s8 = mat2x4f(); var s9 = mat2x4f(); var s10 = mat2x4f(); var s11 = mat2x4f();
  var s12 = mat2x4f(); var s13 = mat2x4f(); var s14 = mat2x4f(); var s15 = mat2x4f();
  for (var k = group.z * params.slice; k < end; k++) {
    let i = k * params.a_inner;
    let j = k * params.b_inner;
    let y = mat2x4f(load_b(b0 + j), load_b(b1 + j));
    s0 = add(s0, a0.x + i, y);
    if (ROWS > 1u) {
      s1 = add(s1, a0.y + i, y);
      s2 = add(s2, a0.z + i, y);
      s3 = add(s3, a0.w + i, y);
    }
    if (ROWS > 4u) {
      s4 = add(s4, a1.x + i, y);
      s5 = add(s5, a1.y + i, y);
      s6 = add(s6, a1.z + i, y);
      s7 = add(s7, a1.w + i, y);
    }
    if (ROWS > 8u) {
      s8 = add(s8, a2.x + i, y);
      s9 = add(s9, a2.y + i, y);
      s10 = add(s10, a2.z + i, y);
      s11 = add(s11, a2.w + i, y);
      s12 = add(s12, a3.x + i, y);
      s13 = add(s13, a3.y + i, y);
      s14 = add(s14, a3.z + i, y);
      s15 = add(s15, a3.w + i, y);
    }
  }
  let row_end = min(row + ROWS, params.first_row + params.row_count);
  if ((params.epilogue & SUMS) != 0u && group.x == 0u) { sum_rows(vec2u(row + local.x, row_end), group.z, end); }
  // Loops over an array, with bounds that are no constants, keep the compiler from inlining the epilogue 128 times.
  var sums = array<mat2x4f, 16>(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15);
  let plane = group.z * params.rows * params.cols;
  let col_end = min(col + 8u * WIDTH, params.cols);
  for (var r = row; r < row_end; r++) {
    var place = 0u;
    for (var c = col; c < col_end; c += WIDTH) {
      let at = r * params.cols + c;
      out[plane + at] = finish(sums[r - row][place >> 2u][place & 3u], at, c);
      place++;
    }
  }
}

// Product of 8-bit codes, exact in i32, with one scale per row of either side and a fused epilogue.
//   z[r, c] = f32(sum_k qA[r, k] * qW[c, k]) * (scales_a[r] * scales_w[c]) + bias[c]      out[r, c] = gelu(z) + residual[r, c]
// Shapes: codes_a [rows, words], codes_w [cols, words], words = ceil(inner / 4), zero past the end; scales_a [rows];
// scales_w, bias [cols]; out, residual [rows, cols]. inner <= 130,000, so that no sum leaves i32.
// For GPUs, whose packed dot product does four multiply-adds at once; CPU adapters take it apart and use gemm-int8-floats.wgsl.
// One invocation owns 4 rows by 4 columns; a workgroup shares its rows. Rows and columns past the end read the last valid ones and
// are not stored. Bindings are in gemm-int8-bindings.wgsl.
override QUADS: u32 = 0; // words is a multiple of 4
override WIDTH: u32 = 16;
override HAS_BIAS: u32 = 0;
override HAS_RESIDUAL: u32 = 0;
override GELU: u32 = 0; // 1 exact, 2 tanh

// Sums of four rows by four columns.
struct Block {
  r0: vec4i,
  r1: vec4i,
  r2: vec4i,
  r3: vec4i,
}

fn dots(x: u32, y: vec4u) -> vec4i {
  return vec4i(dot4I8Packed(x, y.x), dot4I8Packed(x, y.y), dot4I8Packed(x, y.z), dot4I8Packed(x, y.w));
}

// Adds word w of rows row..row+3 times the same word y of four columns.
fn add_word(sum: Block, row: u32, w: u32, y: vec4u) -> Block {
  let last = params.rows - 1u;
  let n = params.words;
  return Block(
    sum.r0 + dots(codes_a[min(row, last) * n + w], y),
    sum.r1 + dots(codes_a[min(row + 1u, last) * n + w], y),
    sum.r2 + dots(codes_a[min(row + 2u, last) * n + w], y),
    sum.r3 + dots(codes_a[min(row + 3u, last) * n + w], y),
  );
}

fn finish(sum: i32, at: u32, row: u32, col: u32) -> f32 {
  var z = f32(sum) * (scales_a[row] * scales_w[col]);
  if (HAS_BIAS == 1u) { z += bias[col]; }
  if (GELU == 1u) { z = gelu_exact(z); }
  if (GELU == 2u) { z = gelu_tanh(z); }
  if (HAS_RESIDUAL == 1u) { z += residual[at]; }
  return z;
}

@compute @workgroup_size(WIDTH) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let col = (group.x * WIDTH + local.x) * 4u;
  let row = params.first_row + group.y * 4u;
  let n = params.words;
  let last = params.cols - 1u;
  let line = min(vec4u(col, col + 1u, col + 2u, col + 3u), vec4u(last)) * n;
  var sum = Block();
  if (QUADS == 1u) {
    for (var w = 0u; w < n; w += 4u) {
      let y = transpose_words(
        codes_w_quads[(line.x + w) >> 2u],
        codes_w_quads[(line.y + w) >> 2u],
        codes_w_quads[(line.z + w) >> 2u],
        codes_w_quads[(line.w + w) >> 2u],
      );
      sum = add_word(add_word(add_word(add_word(sum, row, w, y[0]), row, w + 1u, y[1]), row, w + 2u, y[2]), row, w + 3u, y[3]);
    }
  } else {
    for (var w = 0u; w < n; w++) {
      let y = vec4u(codes_w[line.x + w], codes_w[line.y + w], codes_w[line.z + w], codes_w[line.w + w]);
      sum = add_word(sum, row, w, y);
    }
  }
  // Loops over an array, with bounds that are no constants, keep the compiler from inlining GELU 16 times.
  var sums = array<vec4i, 4>(sum.r0, sum.r1, sum.r2, sum.r3);
  let row_end = min(row + 4u, params.first_row + params.row_count);
  let col_end = min(col + 4u, params.cols);
  for (var r = row; r < row_end; r++) {
    for (var c = col; c < col_end; c++) {
      let at = r * params.cols + c;
      out[at] = finish(sums[r - row][c - col], at, r, c);
    }
  }
}

fn transpose_words(a: vec4u, b: vec4u, c: vec4u, d: vec4u) -> array<vec4u, 4> {
  return array<vec4u, 4>(vec4u(a.x, b.x, c.x, d.x), vec4u(a.y, b.y, c.y, d.y), vec4u(a.z, b.z, c.z, d.z), vec4u(a.w, b.w, c.w, d.w));
}

// The product of matmul.wgsl, its formula and shapes, for adapters whose subgroups have at least four lanes: each lane loads one value
// of A, and the others take it from there, so that ROWS rows cost ROWS / LANES loads. The bits are the same.
// One invocation owns ROWS rows by 8 columns, WIDTH apart. WIDTH is a multiple of the subgroup's size.
override ROWS: u32 = 32; // 8, 16 or 32
override LANES: u32 = 8; // 4 or 8, at most the subgroup's size
override WIDTH: u32 = 8;
override GELU: u32 = 0; // as in matmul-epilogue.wgsl

// Sums of eight rows by eight columns.
struct Eight { r0: mat2x4f, r1: mat2x4f, r2: mat2x4f, r3: mat2x4f, r4: mat2x4f, r5: mat2x4f, r6: mat2x4f, r7: mat2x4f }

// Where this lane's rows of the eight from `row` start in storage; the second one counts where LANES is 4.
fn start_a(row: u32, lane: u32) -> vec2u {
  return min(vec2u(row + lane % LANES) + vec2u(0u, 4u), vec2u(params.rows - 1u)) * params.a_row;
}

// Eight values of A, one a lane, or two where LANES is 4.
fn load_a(i: vec2u) -> vec2f {
  if (LANES == 4u) { return vec2f(a[i.x], a[i.y]); }
  return vec2f(a[i.x]);
}

fn first_four(x: f32) -> vec4f {
  return vec4f(subgroupBroadcast(x, 0u), subgroupBroadcast(x, 1u), subgroupBroadcast(x, 2u), subgroupBroadcast(x, 3u));
}

fn next_four(x: vec2f) -> vec4f {
  if (LANES == 4u) { return first_four(x.y); }
  return vec4f(subgroupBroadcast(x.x, 4u), subgroupBroadcast(x.x, 5u), subgroupBroadcast(x.x, 6u), subgroupBroadcast(x.x, 7u));
}

fn add(sum: mat2x4f, value: f32, y: mat2x4f) -> mat2x4f {
  let x = vec4f(value);
  return mat2x4f(fma(x, y[0], sum[0]), fma(x, y[1], sum[1]));
}

// Adds eight values of A, as loaded by all lanes, times a row of eight columns.
fn add_eight(sum: Eight, x: vec2f, y: mat2x4f) -> Eight {
  let p = first_four(x.x);
  let q = next_four(x);
  return Eight(
    add(sum.r0, p.x, y), add(sum.r1, p.y, y), add(sum.r2, p.z, y), add(sum.r3, p.w, y),
    add(sum.r4, q.x, y), add(sum.r5, q.y, y), add(sum.r6, q.z, y), add(sum.r7, q.w, y),
  );
}

@compute @workgroup_size(WIDTH) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let col = group.x * WIDTH * 8u + local.x;
  let row = params.first_row + group.y * ROWS;
  let end = min(params.inner, (group.z + 1u) * params.slice);
  let a0 = start_a(row, lane);
  let a1 = start_a(row + 8u, lane);
  let a2 = start_a(row + 16u, lane);
  let a3 = start_a(row + 24u, lane);
  let b0 = start_b(col);
  let b1 = start_b(col + 4u * WIDTH);
  var s0 = Eight(); var s1 = Eight(); var s2 = Eight(); var s3 = Eight();
  for (var k = group.z * params.slice; k < end; k++) {
    let i = k * params.a_inner;
    let j = k * params.b_inner;
    // Loads first: between the sums of eight rows they cost lavapipe a third of its speed.
    let y = mat2x4f(load_b(b0 + j), load_b(b1 + j));
    let x0 = load_a(a0 + i);
    var x1 = vec2f(); var x2 = vec2f(); var x3 = vec2f();
    if (ROWS > 8u) { x1 = load_a(a1 + i); }
    if (ROWS > 16u) { x2 = load_a(a2 + i); x3 = load_a(a3 + i); }
    s0 = add_eight(s0, x0, y);
    if (ROWS > 8u) { s1 = add_eight(s1, x1, y); }
    if (ROWS > 16u) {
      s2 = add_eight(s2, x2, y);
      s3 = add_eight(s3, x3, y);
    }
  }
  let row_end = min(row + ROWS, params.first_row + params.row_count);
  if ((params.epilogue & SUMS) != 0u && group.x == 0u) { sum_rows(vec2u(row + local.x, row_end), group.z, end); }
  // Loops over an array, with bounds that are no constants, keep the compiler from inlining the epilogue 256 times.
  var sums = array<mat2x4f, 32>(
    s0.r0, s0.r1, s0.r2, s0.r3, s0.r4, s0.r5, s0.r6, s0.r7, s1.r0, s1.r1, s1.r2, s1.r3, s1.r4, s1.r5, s1.r6, s1.r7,
    s2.r0, s2.r1, s2.r2, s2.r3, s2.r4, s2.r5, s2.r6, s2.r7, s3.r0, s3.r1, s3.r2, s3.r3, s3.r4, s3.r5, s3.r6, s3.r7,
  );
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

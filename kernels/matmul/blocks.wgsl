// Loads of 4 x 4 blocks for matmul.wgsl, whose bindings and overrides they use.

// The four rows (columns) from `first`; those past the end are the last valid one.
fn four(first: u32, count: u32) -> vec4u {
  return min(vec4u(first, first + 1u, first + 2u, first + 3u), vec4u(count - 1u));
}

// The same as places in storage: within a stored row, or where their stored rows start.
fn start_a(row: u32) -> vec4u { return four(row, params.rows) * select(params.inner, 1u, A_ACROSS == 1u); }
fn start_b(col: u32) -> vec4u { return four(col, params.cols) * select(params.inner, 1u, B_ACROSS == 1u); }

// Four consecutive values of a stored row. Places `i` rise by one, or repeat the last; with quads i.x may be the last of four.
fn quad_a(i: vec4u) -> vec4f {
  if (A_QUADS == 1u) { return a_quads[i.x >> 2u]; }
  return vec4f(a[i.x], a[i.y], a[i.z], a[i.w]);
}

fn quad_b(i: vec4u) -> vec4f {
  if (B_QUADS == 1u) { return b_quads[i.x >> 2u]; }
  return vec4f(b[i.x], b[i.y], b[i.z], b[i.w]);
}

const STEPS = vec4u(0u, 1u, 2u, 3u);

// [i] = A[row i, k..k+3]
fn block_a(at: vec4u, k: u32) -> mat4x4f {
  if (A_ACROSS == 1u) {
    let n = params.rows;
    return transpose(mat4x4f(quad_a(at + k * n), quad_a(at + (k + 1u) * n), quad_a(at + (k + 2u) * n), quad_a(at + (k + 3u) * n)));
  }
  let i = STEPS + k;
  return mat4x4f(quad_a(i + at.x), quad_a(i + at.y), quad_a(i + at.z), quad_a(i + at.w));
}

// [j] = B[k + j, four columns]
fn block_b(at: vec4u, k: u32) -> mat4x4f {
  if (B_ACROSS == 1u) {
    let n = params.cols;
    return mat4x4f(quad_b(at + k * n), quad_b(at + (k + 1u) * n), quad_b(at + (k + 2u) * n), quad_b(at + (k + 3u) * n));
  }
  let i = STEPS + k;
  return transpose(mat4x4f(quad_b(i + at.x), quad_b(i + at.y), quad_b(i + at.z), quad_b(i + at.w)));
}

// Past the last whole block: one inner index k, the others zero.
fn thin_a(at: vec4u, k: u32) -> mat4x4f {
  let i = at + k * select(1u, params.rows, A_ACROSS == 1u);
  return transpose(mat4x4f(vec4f(a[i.x], a[i.y], a[i.z], a[i.w]), vec4f(), vec4f(), vec4f()));
}

fn thin_b(at: vec4u, k: u32) -> mat4x4f {
  let i = at + k * select(1u, params.cols, B_ACROSS == 1u);
  return mat4x4f(vec4f(b[i.x], b[i.y], b[i.z], b[i.w]), vec4f(), vec4f(), vec4f());
}

fn fetch_a(at: vec4u, k: u32, end: u32) -> mat4x4f {
  if (HAS_TAIL == 1u) { if (k + 4u > end) { return thin_a(at, k); } }
  return block_a(at, k);
}

fn fetch_b(at: vec4u, k: u32, end: u32) -> mat4x4f {
  if (HAS_TAIL == 1u) { if (k + 4u > end) { return thin_b(at, k); } }
  return block_b(at, k);
}

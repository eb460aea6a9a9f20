// Loads of 4 x 4 blocks of A and B for matmul-blocks.wgsl, whose bindings and overrides they use. Places are those of product-tile.wgsl:
// within a stored row (A_ACROSS, B_ACROSS), or where stored rows start.

// Four consecutive values of storage, `base` + `at`. Places in `at` rise by one, or repeat the last; with quads at.x may be the
// last of four.
fn quad_a(base: u32, at: vec4u) -> vec4f {
  if (A_QUADS == 1u) { return a_quads[(base + at.x) >> 2u]; }
  let i = base + at;
  return vec4f(a[i.x], a[i.y], a[i.z], a[i.w]);
}

fn quad_b(base: u32, at: vec4u) -> vec4f {
  if (B_QUADS == 1u) { return b_quads[(base + at.x) >> 2u]; }
  let i = base + at;
  return vec4f(b[i.x], b[i.y], b[i.z], b[i.w]);
}

const STEPS = vec4u(0u, 1u, 2u, 3u);

// [i] = A[row i, k..k+3]
fn block_a(at: vec4u, k: u32) -> mat4x4f {
  if (A_ACROSS == 1u) {
    let n = params.rows;
    return transpose(mat4x4f(quad_a(k * n, at), quad_a((k + 1u) * n, at), quad_a((k + 2u) * n, at), quad_a((k + 3u) * n, at)));
  }
  return mat4x4f(quad_a(k + at.x, STEPS), quad_a(k + at.y, STEPS), quad_a(k + at.z, STEPS), quad_a(k + at.w, STEPS));
}

// [j] = B[k + j, four columns]
fn block_b(at: vec4u, k: u32) -> mat4x4f {
  if (B_ACROSS == 1u) {
    let n = params.cols;
    return mat4x4f(quad_b(k * n, at), quad_b((k + 1u) * n, at), quad_b((k + 2u) * n, at), quad_b((k + 3u) * n, at));
  }
  return transpose(mat4x4f(quad_b(k + at.x, STEPS), quad_b(k + at.y, STEPS), quad_b(k + at.z, STEPS), quad_b(k + at.w, STEPS)));
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

fn rows_at(at: vec4u, k: u32) -> mat4x4f {
  if (HAS_TAIL == 1u) { if (k + 4u > inner_end) { return thin_a(at, k); } }
  return block_a(at, k);
}

fn cols_at(at: vec4u, k: u32) -> mat4x4f {
  if (HAS_TAIL == 1u) { if (k + 4u > inner_end) { return thin_b(at, k); } }
  return block_b(at, k);
}

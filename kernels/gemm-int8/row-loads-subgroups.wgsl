// Loads of A's codes for gemm-int8-floats.wgsl where the adapter has subgroups of at least four lanes: of four rows each lane loads
// one, and takes the others from its neighbors. WIDTH is a multiple of 4.
fn row_places(row: u32, local: u32) -> Starts {
  let mine = min(vec4u(row + local % 4u) + vec4u(0u, 4u, 8u, 12u), vec4u(params.rows - 1u)) * params.words;
  return Starts(vec4u(mine.x), vec4u(mine.y), vec4u(mine.z), vec4u(mine.w));
}

// [i] = the codes of word w of row i
fn rows_at(at: vec4u, w: u32) -> mat4x4f {
  let x = codes(codes_a[at.x + w]);
  return mat4x4f(subgroupBroadcast(x, 0u), subgroupBroadcast(x, 1u), subgroupBroadcast(x, 2u), subgroupBroadcast(x, 3u));
}

// Loads of A's codes for gemm-int8-floats.wgsl where the adapter has subgroups of at least eight lanes: of eight rows each lane loads
// one, and takes the others from its neighbors. WIDTH is a multiple of 8. A block starts at (x: this lane's row, y: 1 if it is the
// second block of the eight rows), so that two blocks share a load.
fn row_places(row: u32, local: u32) -> Starts {
  let own = min(vec2u(row + local % 8u) + vec2u(0u, 8u), vec2u(params.rows - 1u)) * params.words;
  return Starts(vec4u(own.x, 0u, 0u, 0u), vec4u(own.x, 1u, 0u, 0u), vec4u(own.y, 0u, 0u, 0u), vec4u(own.y, 1u, 0u, 0u));
}

// [i] = the codes of word w of row i
fn rows_at(at: vec4u, w: u32) -> mat4x4f {
  let x = codes(codes_a[at.x + w]);
  let is_second = at.y == 1u;
  return mat4x4f(
    select(subgroupBroadcast(x, 0u), subgroupBroadcast(x, 4u), is_second),
    select(subgroupBroadcast(x, 1u), subgroupBroadcast(x, 5u), is_second),
    select(subgroupBroadcast(x, 2u), subgroupBroadcast(x, 6u), is_second),
    select(subgroupBroadcast(x, 3u), subgroupBroadcast(x, 7u), is_second),
  );
}

// Loads of A's codes for gemm-int8-floats.wgsl: every invocation loads all of its rows.
fn row_places(row: u32, local: u32) -> Starts { return row_starts(row, params.words); }

// [i] = the codes of word w of row i
fn rows_at(at: vec4u, w: u32) -> mat4x4f {
  let i = at + w;
  return mat4x4f(codes(codes_a[i.x]), codes(codes_a[i.y]), codes(codes_a[i.z]), codes(codes_a[i.w]));
}

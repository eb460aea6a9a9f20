// Takes rows and columns of a matrix by index: out[r, c] = x[row_indices[r], column_indices[c]].
// Shapes: x [any, source_cols]; row_indices [rows]; column_indices [cols]; out [rows, cols]. One invocation copies up to
// 8 neighboring elements of a row. With BY_ROWS or BY_COLUMNS 0 that index is the identity.
override BY_ROWS: u32 = 1;
override BY_COLUMNS: u32 = 0;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> row_indices: array<u32>;
@group(0) @binding(2) var<storage, read> column_indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { rows: u32, cols: u32, source_cols: u32 }

const CHUNK = 8u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let chunks = (params.cols + CHUNK - 1u) / CHUNK;
  let index = linear_group(group, groups) * 64u + lane;
  let r = index / chunks;
  if (r >= params.rows) { return; }
  let source_row = select(r, row_indices[r], BY_ROWS == 1u) * params.source_cols;
  let first = (index % chunks) * CHUNK;
  for (var c = first; c < min(first + CHUNK, params.cols); c++) {
    out[r * params.cols + c] = x[source_row + select(c, column_indices[c], BY_COLUMNS == 1u)];
  }
}

// Puts rows at given places: out[row_indices[r], c] = x[r, c], or with MOVE 1 x[source_indices[r], c]. Places are distinct; other rows
// stay as they are. Shapes: x [any, cols]; row_indices, source_indices [rows]; out [any, cols]. One invocation copies up to 8 neighboring elements.
override MOVE: u32 = 0;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> row_indices: array<u32>;
@group(0) @binding(2) var<storage, read> source_indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { rows: u32, cols: u32 }

const CHUNK = 8u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let chunks = (params.cols + CHUNK - 1u) / CHUNK;
  let index = linear_group(group, groups) * 64u + lane;
  let r = index / chunks;
  if (r >= params.rows) { return; }
  let place = row_indices[r] * params.cols;
  let source = select(r, source_indices[r], MOVE == 1u) * params.cols;
  let first = (index % chunks) * CHUNK;
  for (var c = first; c < min(first + CHUNK, params.cols); c++) {
    out[place + c] = x[source + c];
  }
}

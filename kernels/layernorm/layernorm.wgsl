// out[r, c] = (x[r, c] - mean[r]) * rstd[r] * gamma[c] + beta[c]     stats[r] = (mean, rstd) by row-statistics.wgsl
// Two rows per invocation, or per SHARERS of them, which share the loads of gamma and beta; no barrier, which is what CPU adapters are
// slow at. An odd last row is done twice.
// Shapes: x, out [rows, cols]; gamma, beta [cols]; stats [rows, 2].
const LANES = 1u;
const SHARERS = 1u;

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read> gamma: array<Elem>;
@group(0) @binding(2) var<storage, read> beta: array<Elem>;
@group(0) @binding(3) var<storage, read_write> out: array<Elem>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;
struct Params { rows: u32, cols: u32, epsilon: f32 }

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let slot = linear_group(group, groups) * 32u + lane;
  let part = slot % SHARERS;
  let row = 2u * (slot / SHARERS);
  let is_past = row >= params.rows;
  if (may_leave(is_past)) { return; }
  let row0 = min(row, params.rows - 1u);
  let row1 = min(row + 1u, params.rows - 1u);
  let units = params.cols / LANES;
  let start0 = row0 * units;
  let start1 = row1 * units;

  let found = statistics_of(start0, start1, part);
  if (is_past) { return; }

  for (var i = part; i < units; i += SHARERS) {
    let factor = gamma[i];
    let shift = beta[i];
    out[start0 + i] = (x[start0 + i] - found.row0.x) * found.row0.y * factor + shift;
    out[start1 + i] = (x[start1 + i] - found.row1.x) * found.row1.y * factor + shift;
  }
  if (part == 0u) {
    stats[row0] = found.row0;
    stats[row1] = found.row1;
  }
}

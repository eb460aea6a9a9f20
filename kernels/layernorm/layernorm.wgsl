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
  let pair = pair_of(linear_group(group, groups) * 32u + lane);
  if (may_leave(pair.is_past)) { return; }
  let found = statistics_of(pair);
  if (pair.is_past) { return; }

  for (var i = pair.part; i < params.cols / LANES; i += SHARERS) {
    let factor = gamma[i];
    let shift = beta[i];
    out[pair.start0 + i] = (x[pair.start0 + i] - found.row0.x) * found.row0.y * factor + shift;
    out[pair.start1 + i] = (x[pair.start1 + i] - found.row1.x) * found.row1.y * factor + shift;
  }
  if (pair.part == 0u) {
    stats[pair.row0] = found.row0;
    stats[pair.row1] = found.row1;
  }
}

// mean[r] = sum_c x[r, c] / cols     rstd[r] = 1 / sqrt(sum_c (x[r, c] - mean)^2 / cols + epsilon)
// out[r, c] = (x[r, c] - mean[r]) * rstd[r] * gamma[c] + beta[c]     stats[r] = (mean, rstd)
// One row per invocation: no barrier, which is what CPU adapters are slow at. The variance takes a pass of its own,
// because E[x^2] - mean^2 cancels for rows far from zero.
// Shapes: x, out [rows, cols]; gamma, beta [cols]; stats [rows, 2].
const LANES = 1u;

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
  let row = linear_group(group, groups) * 32u + lane;
  if (row >= params.rows) { return; }
  let units = params.cols / LANES;
  let start = row * units;

  var sum = Elem(0.0);
  for (var i = 0u; i < units; i++) { sum += x[start + i]; }
  let mean = total(sum) / f32(params.cols);

  var squares = Elem(0.0);
  for (var i = 0u; i < units; i++) {
    let centered = x[start + i] - mean;
    squares += centered * centered;
  }
  let rstd = 1.0 / sqrt(total(squares) / f32(params.cols) + params.epsilon);

  for (var i = 0u; i < units; i++) {
    out[start + i] = (x[start + i] - mean) * rstd * gamma[i] + beta[i];
  }
  stats[row] = vec2f(mean, rstd);
}

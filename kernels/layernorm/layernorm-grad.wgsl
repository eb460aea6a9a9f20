// With n = (x - mean) * rstd and g = gamma * grad_out, per row:
//   grad_x = rstd * (g - sum(g) / cols - n * sum(g * n) / cols) [+ residual_grad where HAS_RESIDUAL]
// One row per invocation, in two passes. Shapes: x, grad_out, residual_grad, grad_x [rows, cols]; stats [rows, 2]; gamma [cols].
const LANES = 1u;
override HAS_RESIDUAL: u32 = 0u;

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> gamma: array<Elem>;
@group(0) @binding(3) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(4) var<storage, read> residual_grad: array<Elem>;
@group(0) @binding(5) var<storage, read_write> grad_x: array<Elem>;
@group(0) @binding(6) var<uniform> params: Params;
struct Params { rows: u32, cols: u32 }

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let row = linear_group(group, groups) * 32u + lane;
  if (row >= params.rows) { return; }
  let units = params.cols / LANES;
  let start = row * units;
  let mean = stats[row].x;
  let rstd = stats[row].y;

  var g_sum = Elem(0.0);
  var gn_sum = Elem(0.0);
  for (var i = 0u; i < units; i++) {
    let g = gamma[i] * grad_out[start + i];
    g_sum += g;
    gn_sum += g * ((x[start + i] - mean) * rstd);
  }
  let g_mean = total(g_sum) / f32(params.cols);
  let gn_mean = total(gn_sum) / f32(params.cols);

  for (var i = 0u; i < units; i++) {
    let n = (x[start + i] - mean) * rstd;
    var value = rstd * (gamma[i] * grad_out[start + i] - g_mean - n * gn_mean);
    if (HAS_RESIDUAL == 1u) { value += residual_grad[start + i]; }
    grad_x[start + i] = value;
  }
}

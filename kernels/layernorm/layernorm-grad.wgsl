// With n = (x - mean) * rstd and g = gamma * grad_out, per row:
//   grad_x = rstd * (g - sum(g) / cols - n * sum(g * n) / cols) [+ residual_grad where HAS_RESIDUAL]
// and the first of two stages of grad_gamma = sum_r grad_out * n and grad_beta = sum_r grad_out: partials[s, 0, c] and
// partials[s, 1, c] hold those sums over the rows of slice s, in order. scale-grad-fold.wgsl adds the slices.
// One launch does both: the first workgroups take one row per invocation, or per SHARERS of them, in two passes; the others one Elem of
// one slice.
// Shapes: x, grad_out, residual_grad, grad_x [rows, cols]; stats [rows, 2]; gamma [cols]; partials [slices, 2, cols].
const LANES = 1u;
const SHARERS = 1u;
override HAS_RESIDUAL: u32 = 0u;

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> gamma: array<Elem>;
@group(0) @binding(3) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(4) var<storage, read> residual_grad: array<Elem>;
@group(0) @binding(5) var<storage, read_write> grad_x: array<Elem>;
@group(0) @binding(6) var<storage, read_write> partials: array<Elem>;
@group(0) @binding(7) var<uniform> params: Params;
struct Params { rows: u32, cols: u32, slices: u32 }

fn grad_row(slot: u32, units: u32) {
  let part = slot % SHARERS;
  let is_past = slot / SHARERS >= params.rows;
  if (may_leave(is_past)) { return; }
  let row = min(slot / SHARERS, params.rows - 1u);
  let start = row * units;
  let mean = stats[row].x;
  let rstd = stats[row].y;

  var g_sum = Elem(0.0);
  var gn_sum = Elem(0.0);
  for (var i = part; i < units; i += SHARERS) {
    let g = gamma[i] * grad_out[start + i];
    g_sum += g;
    gn_sum += g * ((x[start + i] - mean) * rstd);
  }
  let g_mean = row_sum(total(g_sum)) / f32(params.cols);
  let gn_mean = row_sum(total(gn_sum)) / f32(params.cols);
  if (is_past) { return; }

  for (var i = part; i < units; i += SHARERS) {
    let n = (x[start + i] - mean) * rstd;
    var value = rstd * (gamma[i] * grad_out[start + i] - g_mean - n * gn_mean);
    if (HAS_RESIDUAL == 1u) { value += residual_grad[start + i]; }
    grad_x[start + i] = value;
  }
}

fn scale_sums(slice: u32, unit: u32, units: u32) {
  let rows_per_slice = (params.rows + params.slices - 1u) / params.slices;
  let end = min(params.rows, (slice + 1u) * rows_per_slice);

  var gamma_sum = Elem(0.0);
  var beta_sum = Elem(0.0);
  for (var row = slice * rows_per_slice; row < end; row++) {
    let g = grad_out[row * units + unit];
    let row_stats = stats[row];
    gamma_sum += g * ((x[row * units + unit] - row_stats.x) * row_stats.y);
    beta_sum += g;
  }
  partials[2u * slice * units + unit] = gamma_sum;
  partials[(2u * slice + 1u) * units + unit] = beta_sum;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let units = params.cols / LANES;
  let row_groups = (params.rows * SHARERS + 31u) / 32u;
  let index = linear_group(group, groups);
  if (index < row_groups) {
    grad_row(index * 32u + lane, units);
    return;
  }
  let i = (index - row_groups) * 32u + lane;
  if (i < params.slices * units) { scale_sums(i / units, i % units, units); }
}

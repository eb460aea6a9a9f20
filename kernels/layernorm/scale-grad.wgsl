// First of two stages of grad_gamma = sum_r grad_out * n and grad_beta = sum_r grad_out, n = (x - mean) * rstd:
// partials[s, 0, c] and partials[s, 1, c] hold those sums over the rows of slice s, in order.
// One Elem of one slice per invocation. Shapes: x, grad_out [rows, cols]; stats [rows, 2]; partials [slices, 2, cols].
const LANES = 1u;

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(3) var<storage, read_write> partials: array<Elem>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { rows: u32, cols: u32, slices: u32 }

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let units = params.cols / LANES;
  let i = linear_group(group, groups) * 32u + lane;
  if (i >= params.slices * units) { return; }
  let slice = i / units;
  let unit = i % units;
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

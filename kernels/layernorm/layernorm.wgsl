// mean[r] = sum_c x[r, c] / cols     rstd[r] = 1 / sqrt(sum_c (x[r, c] - mean)^2 / cols + epsilon)
// out[r, c] = (x[r, c] - mean[r]) * rstd[r] * gamma[c] + beta[c]     stats[r] = (mean, rstd)
// Two rows per invocation, or per SHARERS of them, which share the loads of gamma and beta; no barrier, which is what CPU adapters are
// slow at. An odd last row is done twice.
// E[x^2] - E[x]^2 cancels for rows far from zero, so x counts from the mean of the row's first SAMPLE Elems. That is at most
// sqrt(cols / sampled elements) standard deviations from the row's mean, which costs few bits; both sums take one pass.
// Shapes: x, out [rows, cols]; gamma, beta [cols]; stats [rows, 2].
const LANES = 1u;
const SHARERS = 1u;
const SAMPLE = 8u;

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read> gamma: array<Elem>;
@group(0) @binding(2) var<storage, read> beta: array<Elem>;
@group(0) @binding(3) var<storage, read_write> out: array<Elem>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;
struct Params { rows: u32, cols: u32, epsilon: f32 }

fn sample_mean(start: u32, part: u32) -> f32 {
  let count = min(params.cols / LANES, SAMPLE);
  var sum = Elem(0.0);
  for (var i = part; i < count; i += SHARERS) { sum += x[start + i]; }
  return row_sum(total(sum)) / f32(count * LANES);
}

// Mean and rstd from the sums of x - origin and of its squares.
fn finish(origin: f32, sum: f32, squares: f32) -> vec2f {
  let offset = sum / f32(params.cols);
  let variance = max(squares / f32(params.cols) - offset * offset, 0.0);
  return vec2f(origin + offset, 1.0 / sqrt(variance + params.epsilon));
}

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

  let origin0 = sample_mean(start0, part);
  let origin1 = sample_mean(start1, part);
  var sum0 = Elem(0.0);
  var sum1 = Elem(0.0);
  var squares0 = Elem(0.0);
  var squares1 = Elem(0.0);
  for (var i = part; i < units; i += SHARERS) {
    let x0 = x[start0 + i] - origin0;
    let x1 = x[start1 + i] - origin1;
    sum0 += x0;
    sum1 += x1;
    squares0 += x0 * x0;
    squares1 += x1 * x1;
  }
  let stats0 = finish(origin0, row_sum(total(sum0)), row_sum(total(squares0)));
  let stats1 = finish(origin1, row_sum(total(sum1)), row_sum(total(squares1)));
  if (is_past) { return; }

  for (var i = part; i < units; i += SHARERS) {
    let factor = gamma[i];
    let shift = beta[i];
    out[start0 + i] = (x[start0 + i] - stats0.x) * stats0.y * factor + shift;
    out[start1 + i] = (x[start1 + i] - stats1.x) * stats1.y * factor + shift;
  }
  if (part == 0u) {
    stats[row0] = stats0;
    stats[row1] = stats1;
  }
}

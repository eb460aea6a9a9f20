// Mean and 1 / standard deviation of two rows at once, for layernorm.wgsl and layernorm-int8.wgsl, whose x and parameters it uses.
//   mean[r] = sum_c x[r, c] / cols     rstd[r] = 1 / sqrt(sum_c (x[r, c] - mean[r])^2 / cols + epsilon)
// E[x^2] - E[x]^2 cancels for rows far from zero, so x counts from the mean of the row's first SAMPLE Elems. That is at most
// sqrt(cols / sampled elements) standard deviations from the row's mean, which costs few bits; both sums take one pass.
const SAMPLE = 8u;

// Two rows of x, where they start, and which of SHARERS parts of them is an invocation's. Rows past the end are the last one.
struct Pair { row0: u32, row1: u32, start0: u32, start1: u32, part: u32, is_past: bool }

fn pair_of(slot: u32) -> Pair {
  let row = 2u * (slot / SHARERS);
  let row0 = min(row, params.rows - 1u);
  let row1 = min(row + 1u, params.rows - 1u);
  let units = params.cols / LANES;
  return Pair(row0, row1, row0 * units, row1 * units, slot % SHARERS, row >= params.rows);
}

// (mean, rstd) of each row.
struct Statistics { row0: vec2f, row1: vec2f }

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

fn statistics_of(pair: Pair) -> Statistics {
  let units = params.cols / LANES;
  let origin0 = sample_mean(pair.start0, pair.part);
  let origin1 = sample_mean(pair.start1, pair.part);
  var sum0 = Elem(0.0);
  var sum1 = Elem(0.0);
  var squares0 = Elem(0.0);
  var squares1 = Elem(0.0);
  for (var i = pair.part; i < units; i += SHARERS) {
    let x0 = x[pair.start0 + i] - origin0;
    let x1 = x[pair.start1 + i] - origin1;
    sum0 += x0;
    sum1 += x1;
    squares0 += x0 * x0;
    squares1 += x1 * x1;
  }
  let row0 = finish(origin0, row_sum(total(sum0)), row_sum(total(squares0)));
  let row1 = finish(origin1, row_sum(total(sum1)), row_sum(total(squares1)));
  return Statistics(row0, row1);
}

// Distillation loss and its gradient. With p = softmax(teacher / T) and q = softmax(student / T):
//   loss[r] = scale * T^2 * sum_c p[c] * (log p[c] - log q[c])     grad[r, c] (+)= scale * T * (q[c] - p[c])
// One row per invocation, or per SHARERS of them, in two passes: sums that are rescaled as the running maximum grows, then the
// gradient. With t and s the logits over T, t' and s' after their maxima are taken off, the loss is that of
//   sum_c p log p - p log q = sum_c e^t' (t - s) / sum_c e^t' + max s + log sum_c e^s' - max t - log sum_c e^t'
// so no logarithm of a probability is taken. Logits count from the row's first, so that a common offset costs no accuracy.
// Shapes: teacher, student, grad [rows, classes]; loss [rows]. Rows need not start at a multiple of four elements: the fours
// that overlap a row are read, and what lies outside weighs 0. The gradient is written by elements: rows share fours, and
// WGSL lets a write of one component write the whole vector. ACCUMULATE 1 adds to grad.
const SHARERS = 1u;
const HUGE = 3.0e38;
override ACCUMULATE: u32 = 0;

@group(0) @binding(0) var<storage, read> teacher: array<vec4f>;
@group(0) @binding(1) var<storage, read> student: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> grad: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { rows: u32, classes: u32, temperature: f32, scale: f32 }

// Elements start .. end - 1, in the fours first .. last; logits count from the two bases.
struct Row { start: u32, end: u32, first: u32, last: u32, teacher_base: f32, student_base: f32, coldness: f32 }

// Of a row or a part of it: max t, max s, sum e^t', sum e^s', sum e^t' (t - s).
struct Sums { t_largest: f32, s_largest: f32, t: f32, s: f32, product: f32 }

fn largest_of(v: vec4f) -> f32 { return max(max(v.x, v.y), max(v.z, v.w)); }
fn sum_of(v: vec4f) -> f32 { return (v.x + v.y) + (v.z + v.w); }

fn row_at(index: u32) -> Row {
  let start = index * params.classes;
  let end = start + params.classes;
  let first = start / 4u;
  return Row(start, end, first, (end - 1u) / 4u, teacher[first][start % 4u], student[first][start % 4u], 1.0 / params.temperature);
}

fn teacher_at(row: Row, at: u32) -> vec4f { return (teacher[at] - row.teacher_base) * row.coldness; }
fn student_at(row: Row, at: u32) -> vec4f { return (student[at] - row.student_base) * row.coldness; }

// Every SHARERS-th four from `part` on, two at a time.
fn part_sums(row: Row, part: u32) -> Sums {
  var t_largest = -HUGE / 4.0; // so far above what lies outside that it weighs 0
  var s_largest = t_largest;
  var t_sum = vec4f(0.0);
  var s_sum = vec4f(0.0);
  var product = vec4f(0.0);
  for (var at = row.first + part; at <= row.last; at += 2u * SHARERS) {
    let column = i32(4u * at) - i32(row.start) + vec4i(0, 1, 2, 3);
    let classes = vec4i(i32(params.classes));
    let in0 = (column >= vec4i(0)) & (column < classes);
    let in1 = column + i32(4u * SHARERS) < classes;
    let next = min(at + SHARERS, row.last);
    let t0 = select(vec4f(-HUGE), teacher_at(row, at), in0);
    let t1 = select(vec4f(-HUGE), teacher_at(row, next), in1);
    let s0 = select(vec4f(-HUGE), student_at(row, at), in0);
    let s1 = select(vec4f(-HUGE), student_at(row, next), in1);
    let t_before = t_largest;
    let s_before = s_largest;
    t_largest = max(t_largest, largest_of(max(t0, t1)));
    s_largest = max(s_largest, largest_of(max(s0, s1)));
    let t_kept = exp(t_before - t_largest);
    let e0 = exp(t0 - t_largest);
    let e1 = exp(t1 - t_largest);
    t_sum = t_sum * t_kept + (e0 + e1);
    s_sum = s_sum * exp(s_before - s_largest) + (exp(s0 - s_largest) + exp(s1 - s_largest));
    product = product * t_kept + (e0 * (t0 - s0) + e1 * (t1 - s1));
  }
  return Sums(t_largest, s_largest, sum_of(t_sum), sum_of(s_sum), sum_of(product));
}

// Sums of the whole row from those of its parts; a part without elements weighs 0.
fn row_sums(part: Sums) -> Sums {
  let t_largest = row_maximum(part.t_largest);
  let s_largest = row_maximum(part.s_largest);
  let t_kept = exp(part.t_largest - t_largest);
  let s_kept = exp(part.s_largest - s_largest);
  return Sums(t_largest, s_largest, row_sum(part.t * t_kept), row_sum(part.s * s_kept), row_sum(part.product * t_kept));
}

fn loss_of(sums: Sums) -> f32 {
  let divergence = sums.product / sums.t + (sums.s_largest - sums.t_largest) + (log(sums.s) - log(sums.t));
  return params.scale * params.temperature * params.temperature * divergence;
}

fn put(at: u32, change: f32) {
  var value = change;
  if (ACCUMULATE == 1u) { value += grad[at]; }
  grad[at] = value;
}

fn put_gradient(row: Row, part: u32, sums: Sums) {
  let t_share = params.scale * params.temperature / sums.t;
  let s_share = params.scale * params.temperature / sums.s;
  for (var at = row.first + part; at <= row.last; at += SHARERS) {
    let p = exp(teacher_at(row, at) - sums.t_largest) * t_share;
    let q = exp(student_at(row, at) - sums.s_largest) * s_share;
    let change = q - p;
    let element = 4u * at;
    if (element >= row.start && element + 4u <= row.end) {
      put(element, change.x);
      put(element + 1u, change.y);
      put(element + 2u, change.z);
      put(element + 3u, change.w);
    } else {
      for (var k = max(element, row.start); k < min(element + 4u, row.end); k++) { put(k, change[k - element]); }
    }
  }
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let slot = linear_group(group, groups) * 32u + lane;
  let part = slot % SHARERS;
  let is_past = slot / SHARERS >= params.rows;
  if (may_leave(is_past)) { return; }
  let index = min(slot / SHARERS, params.rows - 1u);
  let row = row_at(index);
  let sums = row_sums(part_sums(row, part));
  if (is_past) { return; }
  if (part == 0u) { loss[index] = loss_of(sums); }
  put_gradient(row, part, sums);
}

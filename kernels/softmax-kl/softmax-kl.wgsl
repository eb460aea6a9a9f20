// Distillation loss and its gradient. With p = softmax(teacher / T) and q = softmax(student / T):
//   loss[r] = scale * T^2 * sum_c p[c] * (log p[c] - log q[c])     grad[r, c] (+)= scale * T * (q[c] - p[c])
// One row per invocation, in two passes: sums that are rescaled as the running maximum grows, then the gradient. With t and s
// the logits over T, t' and s' after their maxima are taken off, the loss is that of
//   sum_c p log p - p log q = sum_c e^t' (t - s) / sum_c e^t' + max s + log sum_c e^s' - max t - log sum_c e^t'
// so no logarithm of a probability is taken. Logits count from the row's first, so that a common offset costs no accuracy.
// Shapes: teacher, student, grad [rows, classes]; loss [rows]. Rows need not start at a multiple of four elements: the fours
// that overlap a row are read, and what lies outside weighs 0. The gradient is written by elements: rows share fours, and
// WGSL lets a write of one component write the whole vector. ACCUMULATE 1 adds to grad.
const HUGE = 3.0e38;
override ACCUMULATE: u32 = 0;

@group(0) @binding(0) var<storage, read> teacher: array<vec4f>;
@group(0) @binding(1) var<storage, read> student: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> grad: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { rows: u32, classes: u32, temperature: f32, scale: f32 }

fn largest_of(v: vec4f) -> f32 { return max(max(v.x, v.y), max(v.z, v.w)); }
fn sum_of(v: vec4f) -> f32 { return (v.x + v.y) + (v.z + v.w); }

fn put(at: u32, change: f32) {
  var value = change;
  if (ACCUMULATE == 1u) { value += grad[at]; }
  grad[at] = value;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let row = linear_group(group, groups) * 32u + lane;
  if (row >= params.rows) { return; }
  let start = row * params.classes;
  let end = start + params.classes;
  let first = start / 4u;
  let last = (end - 1u) / 4u;
  let coldness = 1.0 / params.temperature;
  let teacher_base = teacher[first][start % 4u];
  let student_base = student[first][start % 4u];

  var t_largest = -HUGE / 4.0; // so far above what lies outside that it weighs 0
  var s_largest = t_largest;
  var t_sum = vec4f(0.0);
  var s_sum = vec4f(0.0);
  var product = vec4f(0.0);
  for (var at = first; at <= last; at += 2u) {
    let column = i32(4u * at) - i32(start) + vec4i(0, 1, 2, 3);
    let classes = vec4i(i32(params.classes));
    let in0 = (column >= vec4i(0)) & (column < classes);
    let in1 = column + 4 < classes;
    let next = min(at + 1u, last);
    let t0 = select(vec4f(-HUGE), (teacher[at] - teacher_base) * coldness, in0);
    let t1 = select(vec4f(-HUGE), (teacher[next] - teacher_base) * coldness, in1);
    let s0 = select(vec4f(-HUGE), (student[at] - student_base) * coldness, in0);
    let s1 = select(vec4f(-HUGE), (student[next] - student_base) * coldness, in1);
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
  let t_total = sum_of(t_sum);
  let s_total = sum_of(s_sum);
  let divergence = sum_of(product) / t_total + (s_largest - t_largest) + (log(s_total) - log(t_total));
  loss[row] = params.scale * params.temperature * params.temperature * divergence;

  let t_share = params.scale * params.temperature / t_total;
  let s_share = params.scale * params.temperature / s_total;
  for (var at = first; at <= last; at++) {
    let p = exp((teacher[at] - teacher_base) * coldness - t_largest) * t_share;
    let q = exp((student[at] - student_base) * coldness - s_largest) * s_share;
    let change = q - p;
    let element = 4u * at;
    if (element >= start && element + 4u <= end) {
      put(element, change.x);
      put(element + 1u, change.y);
      put(element + 2u, change.z);
      put(element + 3u, change.w);
    } else {
      for (var k = max(element, start); k < min(element + 4u, end); k++) { put(k, change[k - element]); }
    }
  }
}

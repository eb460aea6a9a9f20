// Distillation loss and its gradient in one pass. With p = softmax(teacher / T) and q = softmax(student / T):
//   loss[r] = scale * T^2 * sum_c p[c] * (log p[c] - log q[c])     grad[r, c] (+)= scale * T * (q[c] - p[c])
// Shapes: teacher, student, grad [rows, classes]; loss [rows]. One row per invocation. Logarithms come from the shifted
// logits, never from a stored probability, so that tiny probabilities stay exact.
@group(0) @binding(0) var<storage, read> teacher: array<f32>;
@group(0) @binding(1) var<storage, read> student: array<f32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> grad: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { rows: u32, classes: u32, temperature: f32, scale: f32, accumulate: u32 }

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let row = linear_group(group, groups) * 32u + lane;
  if (row >= params.rows) { return; }
  let start = row * params.classes;
  let coldness = 1.0 / params.temperature;

  var teacher_largest = teacher[start];
  var student_largest = student[start];
  for (var c = 1u; c < params.classes; c++) {
    teacher_largest = max(teacher_largest, teacher[start + c]);
    student_largest = max(student_largest, student[start + c]);
  }
  var teacher_sum = 0.0;
  var student_sum = 0.0;
  for (var c = 0u; c < params.classes; c++) {
    teacher_sum += exp((teacher[start + c] - teacher_largest) * coldness);
    student_sum += exp((student[start + c] - student_largest) * coldness);
  }
  let shift = log(student_sum) - log(teacher_sum);

  var divergence = 0.0;
  for (var c = 0u; c < params.classes; c++) {
    let t = (teacher[start + c] - teacher_largest) * coldness;
    let s = (student[start + c] - student_largest) * coldness;
    let p = exp(t) / teacher_sum;
    let q = exp(s) / student_sum;
    divergence += p * (t - s + shift);
    let change = params.scale * params.temperature * (q - p);
    grad[start + c] = select(change, grad[start + c] + change, params.accumulate == 1u);
  }
  loss[row] = params.scale * params.temperature * params.temperature * divergence;
}

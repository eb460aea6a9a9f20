// Cross-entropy of each row with its label, and the gradient, in one pass.
//   loss[r] = scale * (log sum_c exp(z[r, c]) - z[r, label])     grad[r, c] (+)= scale * (softmax(z[r])[c] - [c == label])
// Shapes: logits, grad [rows, classes]; labels, loss [rows]. A label below 0 means none: loss 0, gradient 0 (or unchanged).
// One row per invocation.
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> grad: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { rows: u32, classes: u32, scale: f32, accumulate: u32 }

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let row = linear_group(group, groups) * 32u + lane;
  if (row >= params.rows) { return; }
  let start = row * params.classes;
  let label = labels[row];

  var largest = logits[start];
  for (var c = 1u; c < params.classes; c++) { largest = max(largest, logits[start + c]); }
  var sum = 0.0;
  for (var c = 0u; c < params.classes; c++) { sum += exp(logits[start + c] - largest); }

  let has_label = label >= 0;
  for (var c = 0u; c < params.classes; c++) {
    let expected = select(0.0, 1.0, i32(c) == label);
    let change = select(0.0, params.scale * (exp(logits[start + c] - largest) / sum - expected), has_label);
    grad[start + c] = select(change, grad[start + c] + change, params.accumulate == 1u);
  }
  if (has_label) {
    loss[row] = params.scale * (log(sum) - (logits[start + u32(label)] - largest));
  } else {
    loss[row] = 0.0;
  }
}

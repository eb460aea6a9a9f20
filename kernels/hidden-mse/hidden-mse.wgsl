// Squared distance of hidden states per token, and its gradient, in one pass.
//   loss[r] = scale * mask[r] * sum_c (s[r, c] - t[r, c])^2     grad[r, c] (+)= 2 * scale * mask[r] * (s[r, c] - t[r, c])
// Shapes: student, teacher, grad [rows, cols]; mask, loss [rows]. One row per invocation, or per SHARERS of them.
const LANES = 1u;
const SHARERS = 1u;

@group(0) @binding(0) var<storage, read> student: array<Elem>;
@group(0) @binding(1) var<storage, read> teacher: array<Elem>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> grad: array<Elem>;
@group(0) @binding(5) var<uniform> params: Params;
struct Params { rows: u32, cols: u32, scale: f32, accumulate: u32 }

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let slot = linear_group(group, groups) * 32u + lane;
  let part = slot % SHARERS;
  let row = slot / SHARERS;
  let is_past = row >= params.rows;
  if (may_leave(is_past)) { return; }
  let units = params.cols / LANES;
  let start = row * units;
  let weight = select(0.0, params.scale, mask[row] != 0u);

  var squares = Elem(0.0);
  for (var i = part; i < select(units, 0u, is_past); i += SHARERS) {
    let difference = student[start + i] - teacher[start + i];
    squares += difference * difference;
    let change = 2.0 * weight * difference;
    grad[start + i] = select(change, grad[start + i] + change, params.accumulate == 1u);
  }
  let distance = weight * row_sum(total(squares));
  if (part == 0u && !is_past) { loss[row] = distance; }
}

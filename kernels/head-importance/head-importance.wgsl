// Gradient of each text's head gates, and their running sums over texts.
//   gate_gradients[b, h] = sum_t delta[b, h, t]     squares[h] += sum_b gate^2     absolutes[h] += sum_b |gate|
// delta[b, h, t] = sum_d dO * O is what attention's backward pass forms: at an open gate its sum is the gate's gradient.
// Shapes: delta [batch, heads, tokens]; gate_gradients [batch, heads]; squares, absolutes [heads]. One head per invocation,
// texts in order, so sums are the same every time.
@group(0) @binding(0) var<storage, read> delta: array<f32>;
@group(0) @binding(1) var<storage, read_write> gate_gradients: array<f32>;
@group(0) @binding(2) var<storage, read_write> squares: array<f32>;
@group(0) @binding(3) var<storage, read_write> absolutes: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;
struct Params { batch: u32, tokens: u32, heads: u32 }

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let head = id.x;
  if (head >= params.heads) { return; }
  for (var b = 0u; b < params.batch; b++) {
    let row = b * params.heads + head;
    var gate = 0.0;
    for (var t = 0u; t < params.tokens; t++) { gate += delta[row * params.tokens + t]; }
    gate_gradients[row] = gate;
    squares[head] += gate * gate;
    absolutes[head] += abs(gate);
  }
}

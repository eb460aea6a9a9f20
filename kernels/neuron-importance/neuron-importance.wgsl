// Gradient of each text's neuron gates, and their running sums over texts.
//   gate_gradients[b, n] = sum_t h[b, t, n] * dh[b, t, n]     squares[n] += sum_b gate^2     absolutes[n] += sum_b |gate|
// Shapes: activation h, gradient dh [batch * tokens, neurons]; gate_gradients [batch, neurons]; squares, absolutes [neurons].
// One neuron per invocation, texts in order, so sums are the same every time.
@group(0) @binding(0) var<storage, read> activation: array<f32>;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> gate_gradients: array<f32>;
@group(0) @binding(3) var<storage, read_write> squares: array<f32>;
@group(0) @binding(4) var<storage, read_write> absolutes: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;
struct Params { batch: u32, tokens: u32, neurons: u32 }

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let neuron = linear_group(group, groups) * 32u + lane;
  if (neuron >= params.neurons) { return; }
  var sum_of_squares = 0.0;
  var sum_of_absolutes = 0.0;
  for (var b = 0u; b < params.batch; b++) {
    var gate = 0.0;
    for (var t = 0u; t < params.tokens; t++) {
      let at = (b * params.tokens + t) * params.neurons + neuron;
      gate += activation[at] * gradient[at];
    }
    gate_gradients[b * params.neurons + neuron] = gate;
    sum_of_squares += gate * gate;
    sum_of_absolutes += abs(gate);
  }
  squares[neuron] += sum_of_squares;
  absolutes[neuron] += sum_of_absolutes;
}

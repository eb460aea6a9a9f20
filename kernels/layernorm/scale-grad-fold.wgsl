// Second stage: grad_gamma[c] = sum_s partials[s, 0, c], grad_beta[c] = sum_s partials[s, 1, c], in order of s.
// One Elem per invocation. Shapes: partials [slices, 2, cols]; grad_gamma, grad_beta [cols].
const LANES = 1u;

@group(0) @binding(0) var<storage, read> partials: array<Elem>;
@group(0) @binding(1) var<storage, read_write> grad_gamma: array<Elem>;
@group(0) @binding(2) var<storage, read_write> grad_beta: array<Elem>;
@group(0) @binding(3) var<uniform> params: Params;
struct Params { slices: u32, cols: u32 }

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let units = params.cols / LANES;
  if (id.x >= units) { return; }
  var gamma_sum = Elem(0.0);
  var beta_sum = Elem(0.0);
  for (var slice = 0u; slice < params.slices; slice++) {
    gamma_sum += partials[2u * slice * units + id.x];
    beta_sum += partials[(2u * slice + 1u) * units + id.x];
  }
  grad_gamma[id.x] = gamma_sum;
  grad_beta[id.x] = beta_sum;
}

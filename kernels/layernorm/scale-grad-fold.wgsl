// Second stage: grad_gamma[c] = sum_s partials[s, 0, c], grad_beta[c] = sum_s partials[s, 1, c].
// One Elem of both per invocation, which adds the slices in their order, or per SHARERS of them, which add every SHARERS-th slice each.
// Shapes: partials [slices, 2, cols]; grad_gamma, grad_beta [cols]; cols elements are units Elems.
const LANES = 1u;
const SHARERS = 1u;

@group(0) @binding(0) var<storage, read> partials: array<Elem>;
@group(0) @binding(1) var<storage, read_write> grad_gamma: array<Elem>;
@group(0) @binding(2) var<storage, read_write> grad_beta: array<Elem>;
@group(0) @binding(3) var<uniform> params: Params;
struct Params { slices: u32, units: u32 }

// row_sum of each element.
fn row_sums(part: Elem) -> Elem {
  let v = wide(part);
  return narrow(vec4f(row_sum(v.x), row_sum(v.y), row_sum(v.z), row_sum(v.w)));
}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let part = id.x % SHARERS;
  let unit = id.x / SHARERS;
  let is_past = unit >= params.units;
  if (may_leave(is_past)) { return; }

  var gamma_part = Elem(0.0);
  var beta_part = Elem(0.0);
  for (var slice = part; slice < select(params.slices, 0u, is_past); slice += SHARERS) {
    gamma_part += partials[2u * slice * params.units + unit];
    beta_part += partials[(2u * slice + 1u) * params.units + unit];
  }
  let gamma_sum = row_sums(gamma_part);
  let beta_sum = row_sums(beta_part);
  if (part != 0u || is_past) { return; }
  grad_gamma[unit] = gamma_sum;
  grad_beta[unit] = beta_sum;
}

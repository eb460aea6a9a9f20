// grad_position[r, c] = sum over s < sources of grad_out[s * stride + r, c], in order of s
// Twice used: over the batch (stride = tokens) for positions, then over positions (stride = 1, one row) for the token type.
// One Elem per invocation. Shapes: grad_out [>= (sources - 1) * stride + rows, cols], grad_position [>= rows, cols].
const LANES = 1u;

@group(0) @binding(0) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(1) var<storage, read_write> grad_position: array<Elem>;
@group(0) @binding(2) var<uniform> params: Params;
struct Params { rows: u32, sources: u32, stride: u32, cols: u32 }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let units = params.cols / LANES;
  let i = linear_group(group, groups) * 64u + lane;
  if (i >= params.rows * units) { return; }
  var sum = Elem(0.0);
  for (var s = 0u; s < params.sources; s++) { sum += grad_out[s * params.stride * units + i]; }
  grad_position[i] = sum;
}

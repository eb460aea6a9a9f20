// relu: out[i] = grad_out[i] where value[i] > 0 (value is the input), else 0.
// tanh: out[i] = grad_out[i] * (1 - value[i]^2) (value is the output).
// Two fours of elements per invocation; the last four may be partial. Shapes: value, grad_out, out [count], any count.
override KIND: u32 = 0u; // 0 relu, 1 tanh

@group(0) @binding(0) var<storage, read> value: array<vec4f>;
@group(0) @binding(1) var<storage, read> grad_out: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;
struct Params { count: u32 }

fn step(i: u32) {
  if (4u * i >= params.count) { return; }
  let v = value[i];
  var y = grad_out[i];
  if (KIND == 0u) {
    y = select(vec4f(0.0), y, v > vec4f(0.0));
  } else {
    y = y * (1.0 - v * v);
  }
  if (4u * i + 4u <= params.count) {
    out[i] = y;
    return;
  }
  for (var k = 0u; 4u * i + k < params.count; k++) { out[i][k] = y[k]; }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let first = linear_group(group, groups) * 128u + lane;
  step(first);
  step(first + 64u);
}

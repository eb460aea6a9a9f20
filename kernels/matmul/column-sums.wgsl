// Sums over ranges of rows: out[s, c] = sum of x[r, c] for r in [s * slice, min(rows, (s + 1) * slice)), in ascending order.
// Shapes: x [rows, cols]; out [slices, cols]. Launched twice: partial sums of slices, then the sum of those.
override WIDTH: u32 = 64;

struct Params {
  rows: u32,
  cols: u32,
  slice: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WIDTH) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let c = group.x * WIDTH + local.x;
  if (c >= params.cols) { return; }
  let end = min(params.rows, (group.y + 1u) * params.slice);
  var sum = 0.0;
  for (var r = group.y * params.slice; r < end; r++) { sum += x[r * params.cols + c]; }
  out[group.y * params.cols + c] = sum;
}

// out[r, c] = code[r, c] * scale[r] for 8-bit codes packed as in quantize-rows. One invocation per word; the grid is folded.
// Shapes: codes [rows, ceil(cols / 4)]; scales [rows]; out [rows, cols].
override WIDTH: u32 = 64;

struct Params {
  rows: u32,
  cols: u32,
}

@group(0) @binding(0) var<storage, read> codes: array<u32>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WIDTH) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let words = (params.cols + 3u) / 4u;
  let i = linear_group(group, groups) * WIDTH + local.x;
  let row = i / words;
  if (row >= params.rows) { return; }
  let col = (i % words) * 4u;
  let end = min(4u, params.cols - col);
  let word = bitcast<i32>(codes[i]);
  let scale = scales[row];
  for (var j = 0u; j < end; j++) {
    out[row * params.cols + col + j] = f32(extractBits(word, j * 8u, 8u)) * scale;
  }
}

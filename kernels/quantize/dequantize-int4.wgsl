// out[r, c] = code[r, c] * scale[r, g] for 4-bit codes packed as in pack-int4. One invocation per word; the grid is folded.
// Shapes: codes [rows, groups * group_size / 8]; scales [rows, groups]; out [rows, cols].
override WIDTH: u32 = 64;

struct Params {
  rows: u32,
  cols: u32,
  group_size: u32,
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
  let per_group = params.group_size / 8u;
  let words = ((params.cols + params.group_size - 1u) / params.group_size) * per_group;
  let i = linear_group(group, groups) * WIDTH + local.x;
  let row = i / words;
  if (row >= params.rows) { return; }
  let col = (i % words) * 8u;
  if (col >= params.cols) { return; }
  let nibbles = vec4u(codes[i]);
  let scale = scales[i / per_group];
  let low = vec4f(nibbles & vec4u(0xfu, 0xf0u, 0xf00u, 0xf000u)) * vec4f(1.0, 0x1p-4, 0x1p-8, 0x1p-12);
  let high = vec4f(nibbles & vec4u(0xf0000u, 0xf00000u, 0xf000000u, 0xf0000000u)) * vec4f(0x1p-16, 0x1p-20, 0x1p-24, 0x1p-28);
  let at = row * params.cols + col;
  put(at, (low - 8.0) * scale, params.cols - col);
  if (col + 4u < params.cols) { put(at + 4u, (high - 8.0) * scale, params.cols - col - 4u); }
}

// Stores the first `count` values, at least one.
fn put(at: u32, values: vec4f, count: u32) {
  out[at] = values.x;
  if (count > 1u) { out[at + 1u] = values.y; }
  if (count > 2u) { out[at + 2u] = values.z; }
  if (count > 3u) { out[at + 3u] = values.w; }
}

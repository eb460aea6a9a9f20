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
  let end = min(params.cols, (i % words) * 8u + 8u);
  for (var c = (i % words) * 8u; c < end; c++) {
    let code = i32(extractBits(codes[i], (c % 8u) * 4u, 4u)) - 8;
    out[row * params.cols + c] = f32(code) * scales[i / per_group];
  }
}

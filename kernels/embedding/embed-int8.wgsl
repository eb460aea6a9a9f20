// out[r, c] = codes[ids[r], c] * scales[ids[r]] + position[r % tokens, c] + types[0, c]   (types only where HAS_TYPE)
// One word of four codes per invocation; the last word of a row may be partial.
// Shapes: ids [rows], codes [V, ceil(cols / 4)] (signed bytes, low byte first), scales [V], position [>= tokens, cols],
// types [>= 1, cols], out [rows, cols].
override HAS_TYPE: u32 = 0u;

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> position: array<f32>;
@group(0) @binding(4) var<storage, read> types: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;
struct Params { rows: u32, tokens: u32, cols: u32 }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let words = (params.cols + 3u) / 4u;
  let i = linear_group(group, groups) * 64u + lane;
  if (i >= params.rows * words) { return; }
  let row = i / words;
  let first = (i % words) * 4u;
  let id = ids[row];
  let packed = codes[id * words + i % words];
  let scale = scales[id];
  for (var k = 0u; k < 4u; k++) {
    let c = first + k;
    if (c >= params.cols) { return; }
    let code = bitcast<i32>(packed << (24u - 8u * k)) >> 24u;
    var sum = fma(f32(code), scale, position[(row % params.tokens) * params.cols + c]);
    if (HAS_TYPE == 1u) { sum += types[c]; }
    out[row * params.cols + c] = sum;
  }
}

// out[r, c] = word[ids[r], c] + position[r % tokens, c] + types[0, c]   (types only where HAS_TYPE)
// One Elem per invocation. Shapes: ids [rows], word [V, cols], position [>= tokens, cols], types [>= 1, cols], out [rows, cols].
const LANES = 1u;
override HAS_TYPE: u32 = 0u;

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> word: array<Elem>;
@group(0) @binding(2) var<storage, read> position: array<Elem>;
@group(0) @binding(3) var<storage, read> types: array<Elem>;
@group(0) @binding(4) var<storage, read_write> out: array<Elem>;
@group(0) @binding(5) var<uniform> params: Params;
struct Params { rows: u32, tokens: u32, cols: u32 }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let units = params.cols / LANES;
  let i = linear_group(group, groups) * 64u + lane;
  if (i >= params.rows * units) { return; }
  let row = i / units;
  let unit = i % units;
  var sum = word[ids[row] * units + unit] + position[(row % params.tokens) * units + unit];
  if (HAS_TYPE == 1u) { sum += types[unit]; }
  out[i] = sum;
}

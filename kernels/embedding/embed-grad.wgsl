// grad_word[segment_ids[s], c] = sum of grad_out[order[i], c] over starts[s] <= i < starts[s + 1], in that order
// Rows were sorted by token id on the CPU, so each table row has one writer: no float atomics, the same bits each time.
// One Elem per invocation. Shapes: grad_out [M, cols], order [M], starts [segments + 1], segment_ids [segments],
// grad_word [V, cols]; rows of ids that do not occur are left alone.
const LANES = 1u;

@group(0) @binding(0) var<storage, read> grad_out: array<Elem>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read> segment_ids: array<u32>;
@group(0) @binding(4) var<storage, read_write> grad_word: array<Elem>;
@group(0) @binding(5) var<uniform> params: Params;
struct Params { segments: u32, cols: u32 }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let units = params.cols / LANES;
  let i = linear_group(group, groups) * 64u + lane;
  if (i >= params.segments * units) { return; }
  let segment = i / units;
  let unit = i % units;
  var sum = Elem(0.0);
  let end = starts[segment + 1u];
  for (var k = starts[segment]; k < end; k++) { sum += grad_out[order[k] * units + unit]; }
  grad_word[segment_ids[segment] * units + unit] = sum;
}

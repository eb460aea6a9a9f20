// Partial sums in a fixed order: invocation i, or SHARERS of them, adds elements i * CHUNK to (i + 1) * CHUNK - 1, squared if SQUARE is
// 1, and notes whether one is not finite (by exponent bits: the sum itself may be optimized as if none were).
// Shapes: x [count]; partial [ceil(count / CHUNK), 2] = (sum, 1 if one was not finite).
// With FROM_PAIRS 1, x [count, 2] are such pairs: sums add up, flags combine.
override SQUARE: u32 = 0;
override FROM_PAIRS: u32 = 0;
// With 1, the last stage: the square root of the sum is what is written.
override ROOT: u32 = 0;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;
struct Params { count: u32, first: u32 }

const CHUNK = 256u;
const SHARERS = 1u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let slot = linear_group(group, groups) * 64u + lane;
  let part = slot % SHARERS;
  let index = slot / SHARERS;
  let begin = index * CHUNK;
  let is_past = begin >= max(params.count, 1u);
  if (may_leave(is_past)) { return; }
  let end = select(min(begin + CHUNK, params.count), 0u, is_past);
  var sum = 0.0;
  var broken = 0.0;
  for (var i = begin + part; i < end; i += SHARERS) {
    if (FROM_PAIRS == 1u) {
      sum += x[2u * i];
      broken = max(broken, x[2u * i + 1u]);
    } else {
      let value = x[i];
      sum += select(value, value * value, SQUARE == 1u);
      if (!is_finite(value)) { broken = 1.0; }
    }
  }
  let whole = row_sum(sum);
  let flag = row_maximum(broken);
  let result = select(whole, sqrt(whole), ROOT == 1u);
  if (part == 0u && !is_past) { partial[params.first + index] = vec2f(result, select(1.0, flag, is_finite(result))); }
}

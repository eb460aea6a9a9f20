// Row kernels whose rows are shared by SHARERS neighboring lanes of a subgroup, a power of two: neighbors read neighbors in storage.

// The sum over the lanes that share a row, added in a fixed order, in all of them.
fn row_sum(part: f32) -> f32 {
  var sum = part;
  for (var distance = SHARERS / 2u; distance > 0u; distance /= 2u) { sum += subgroupShuffleXor(sum, distance); }
  return sum;
}

fn row_maximum(part: f32) -> f32 {
  var most = part;
  for (var distance = SHARERS / 2u; distance > 0u; distance /= 2u) { most = max(most, subgroupShuffleXor(most, distance)); }
  return most;
}

// The maximum of magnitude bits, in which NaN is above all numbers.
fn row_maximum_bits(part: u32) -> u32 {
  var most = part;
  for (var distance = SHARERS / 2u; distance > 0u; distance /= 2u) { most = max(most, subgroupShuffleXor(most, distance)); }
  return most;
}

// Sums are taken by whole subgroups: who is past the end stays, and stores nothing.
fn may_leave(is_past: bool) -> bool { return false; }

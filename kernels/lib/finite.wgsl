// Finds NaN and infinity by their exponent bits: WGSL may assume neither exists, so `x != x` is not a test.
fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

// Symmetric 8-bit codes of a row whose largest |x| is `most`, for the kernels that write them.
//   scale = most / 127      code = round_half_even(x / scale) in -127..127
// A row whose maximum is below TINY (its scale would be subnormal, which a GPU may flush) gets scale 1 and codes 0.
// A row with an infinity or NaN gets that as its scale and codes 0, so that products with it stay non-finite.
const TINY = 1e-35;

fn has_codes(most: f32) -> bool { return is_finite(most) && most >= TINY; }

fn scale_of(most: f32) -> f32 { return select(1.0, most / 127.0, has_codes(most) || !is_finite(most)); }

// Codes of four values of a row that has codes, first one in the lowest byte.
fn code_word(x: vec4f, scale: f32) -> u32 {
  let code = vec4i(clamp(round(x / scale), vec4f(-127.0), vec4f(127.0)));
  let bytes = bitcast<vec4u>(code) & vec4u(255u);
  return dot(bytes, vec4u(1u, 0x100u, 0x10000u, 0x1000000u)); // shifts are slow on SwiftShader
}

// Bits of |x|, which order as integers, infinity and NaN on top, so that non-finite values survive a maximum.
fn magnitude_bits(x: vec4f) -> vec4u { return bitcast<vec4u>(x) & vec4u(0x7fffffffu); }

fn largest_bits(v: vec4u) -> u32 { return max(max(v.x, v.y), max(v.z, v.w)); }

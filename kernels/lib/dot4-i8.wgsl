// dot4I8Packed where the browser's WGSL has none: the sum of four products of signed bytes, the same integer.

fn signed_bytes(word: u32) -> vec4i {
  let bits = bitcast<i32>(word);
  return vec4i(extractBits(bits, 0u, 8u), extractBits(bits, 8u, 8u), extractBits(bits, 16u, 8u), extractBits(bits, 24u, 8u));
}

fn dot4I8Packed(a: u32, b: u32) -> i32 {
  return dot(signed_bytes(a), signed_bytes(b));
}

// Packed dot products of signed bytes as fast as the adapter does them: eight independent chains per invocation.
//   out[i] = sum of the chains. Shapes: out [invocations].
@group(0) @binding(0) var<storage, read_write> out: array<i32>;

override ROUNDS: u32 = 256;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = 0x01020304u * (id.x % 7u + 1u);
  var a = 1; var b = 2; var c = 3; var d = 4; var e = 5; var f = 6; var g = 7; var h = 8;
  for (var i = 0u; i < ROUNDS; i++) {
    // The word changes every time, or the compiler would multiply once and add ROUNDS times.
    let y = x ^ i;
    a += dot4I8Packed(x, y); b += dot4I8Packed(x + 1u, y); c += dot4I8Packed(x + 2u, y); d += dot4I8Packed(x + 3u, y);
    e += dot4I8Packed(x + 4u, y); f += dot4I8Packed(x + 5u, y); g += dot4I8Packed(x + 6u, y); h += dot4I8Packed(x + 7u, y);
  }
  out[id.x] = a + b + c + d + e + f + g + h;
}

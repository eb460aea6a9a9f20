// Packed dot products of signed bytes as fast as the adapter does them: four independent chains per invocation, four rounds a turn.
//   out[i] = sum of the chains. Shapes: out [invocations].
@group(0) @binding(0) var<storage, read_write> out: array<i32>;

override ROUNDS: u32 = 512; // a multiple of 4

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = 0x01020304u * (id.x % 7u + 1u);
  var a = 1; var b = 2; var c = 3; var d = 4;
  for (var i = 0u; i < ROUNDS / 4u; i++) {
    // The word changes every time, or the compiler would multiply once and add ROUNDS times.
    var y = x ^ (4u * i);
    a += dot4I8Packed(x, y); b += dot4I8Packed(x + 1u, y); c += dot4I8Packed(x + 2u, y); d += dot4I8Packed(x + 3u, y);
    y += 1u;
    a += dot4I8Packed(x, y); b += dot4I8Packed(x + 1u, y); c += dot4I8Packed(x + 2u, y); d += dot4I8Packed(x + 3u, y);
    y += 1u;
    a += dot4I8Packed(x, y); b += dot4I8Packed(x + 1u, y); c += dot4I8Packed(x + 2u, y); d += dot4I8Packed(x + 3u, y);
    y += 1u;
    a += dot4I8Packed(x, y); b += dot4I8Packed(x + 1u, y); c += dot4I8Packed(x + 2u, y); d += dot4I8Packed(x + 3u, y);
  }
  out[id.x] = a + b + c + d;
}

// Sums of gemm-int4.wgsl one inner index at a time, for lavapipe: few values live at once, so that its registers hold them, and
// 1.3 times as fast there as steps of four (on SwiftShader 0.65 times). Same order of sums, so the same bits.
// Uses the bindings of gemm-int4.wgsl and the tiles of product-tile.wgsl, with COL_BLOCKS = 2.

// Adds one inner index of four rows, at `i` in storage, by eight columns.
fn single_band(band: Band, i: vec4u, y0: vec4f, y1: vec4f) -> Band {
  var sum = band;
  let x0 = vec4f(a[i.x]);
  sum.c0[0] = fma(x0, y0, band.c0[0]);
  sum.c1[0] = fma(x0, y1, band.c1[0]);
  let x1 = vec4f(a[i.y]);
  sum.c0[1] = fma(x1, y0, band.c0[1]);
  sum.c1[1] = fma(x1, y1, band.c1[1]);
  let x2 = vec4f(a[i.z]);
  sum.c0[2] = fma(x2, y0, band.c0[2]);
  sum.c1[2] = fma(x2, y1, band.c1[2]);
  let x3 = vec4f(a[i.w]);
  sum.c0[3] = fma(x3, y0, band.c0[3]);
  sum.c1[3] = fma(x3, y1, band.c1[3]);
  return sum;
}

// Adds the inner indices of one word, in a loop whose end is no constant: unrolled it takes 2.4 times as long.
fn add_word(tile: Tile, rows: Starts, w: u32, words: Words, scales: Scales) -> Tile {
  var sum = tile;
  var c0 = words.c0;
  var c1 = words.c1;
  let end = min(params.inner, w * 8u + 8u);
  for (var k = w * 8u; k < end; k++) {
    let y0 = weights(c0, 0xfu, 1.0, scales.c0);
    let y1 = weights(c1, 0xfu, 1.0, scales.c1);
    sum.r0 = single_band(sum.r0, rows.at0 + k, y0, y1);
    if (ROW_BLOCKS > 1u) { sum.r1 = single_band(sum.r1, rows.at1 + k, y0, y1); }
    if (ROW_BLOCKS > 2u) { sum.r2 = single_band(sum.r2, rows.at2 + k, y0, y1); }
    if (ROW_BLOCKS > 3u) { sum.r3 = single_band(sum.r3, rows.at3 + k, y0, y1); }
    c0 >>= vec4u(4u);
    c1 >>= vec4u(4u);
  }
  return sum;
}

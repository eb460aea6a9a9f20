// Parameters and bindings of all forms of the product. W is bound twice, as words and as fours of them, which packed dot products read.
struct Params {
  rows: u32,
  cols: u32,
  words: u32,
  first_row: u32,
  row_count: u32, // rows of this launch
}

@group(0) @binding(0) var<storage, read> codes_a: array<u32>;
@group(0) @binding(1) var<storage, read> codes_w: array<u32>;
@group(0) @binding(2) var<storage, read> codes_w_quads: array<vec4u>;
@group(0) @binding(3) var<storage, read> scales_a: array<f32>;
@group(0) @binding(4) var<storage, read> scales_w: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read> residual: array<f32>;
@group(0) @binding(7) var<storage, read_write> out: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

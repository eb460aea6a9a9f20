// Parameters and bindings of the products that read four neighbors at once: matmul-blocks.wgsl and matmul-workgroups.wgsl.
// They say how A and B are stored: A_ACROSS, A as [inner, rows], else [rows, inner]; B_ACROSS, B as [inner, cols], else [cols, inner].
// Both are bound twice, as scalars and as vec4s, which are read where the stored row length is a multiple of 4: A_QUADS, B_QUADS.
struct Params {
  rows: u32,
  cols: u32,
  inner: u32,
  first_row: u32,
  row_count: u32, // rows of this launch
  slice: u32,     // inner indices per grid z, a multiple of 4
  epilogue: u32,  // as in matmul-epilogue.wgsl
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> a_quads: array<vec4f>;
@group(0) @binding(3) var<storage, read> b_quads: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;
@group(0) @binding(7) var<storage, read_write> second: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

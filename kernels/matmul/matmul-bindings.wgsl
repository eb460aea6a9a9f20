// Parameters and bindings of the products that read A and B by distances in storage: matmul.wgsl and matmul-subgroups.wgsl.
struct Params {
  rows: u32,
  cols: u32,
  inner: u32,
  first_row: u32,
  row_count: u32, // rows of this launch
  slice: u32,     // inner indices per grid z
  epilogue: u32,  // as in matmul-epilogue.wgsl
  a_row: u32,     // distance of A[r + 1, k] from A[r, k]
  a_inner: u32,   // of A[r, k + 1]
  b_inner: u32,
  b_col: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> residual: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<storage, read_write> second: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

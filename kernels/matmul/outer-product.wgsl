// Loads of B for the products that add one inner index at a time to columns WIDTH apart: matmul.wgsl and matmul-subgroups.wgsl, which
// define WIDTH, the invocations of a workgroup.

// Where four columns from `col` start in storage.
fn start_b(col: u32) -> vec4u { return min(vec4u(col) + vec4u(0u, 1u, 2u, 3u) * WIDTH, vec4u(params.cols - 1u)) * params.b_col; }

fn load_b(i: vec4u) -> vec4f { return vec4f(b[i.x], b[i.y], b[i.z], b[i.w]); }

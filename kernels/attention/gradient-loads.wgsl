// As row-loads.wgsl, of grad_out.
fn gradient_block(at: vec4u) -> mat4x4f {
  return mat4x4f(wide(grad_out[at.x]), wide(grad_out[at.y]), wide(grad_out[at.z]), wide(grad_out[at.w]));
}

fn gradient_eight(at: Starts, u: u32) -> Eight { return Eight(gradient_block(at.low + u), gradient_block(at.high + u)); }

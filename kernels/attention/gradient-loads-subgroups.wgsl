// As row-loads-subgroups.wgsl, of grad_out.
fn gradient_eight(at: Starts, u: u32) -> Eight { return from_lanes(wide(grad_out[at.own + u])); }

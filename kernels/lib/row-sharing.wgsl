// Row kernels that leave each row to one invocation: CPU adapters, and graphics cards without subgroups.
fn row_sum(part: f32) -> f32 { return part; }

fn row_maximum(part: f32) -> f32 { return part; }

fn row_maximum_bits(part: u32) -> u32 { return part; }

// Whether an invocation may end at once.
fn may_leave(is_past: bool) -> bool { return is_past; }

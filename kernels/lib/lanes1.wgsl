// Row kernels that touch one element at a time: rows of any length.
alias Elem = f32;
fn total(v: Elem) -> f32 { return v; }
fn wide(v: Elem) -> vec4f { return vec4f(v, 0.0, 0.0, 0.0); }
fn narrow(v: vec4f) -> Elem { return v.x; }

// Row kernels that touch one element at a time: rows of any length.
alias Elem = f32;
fn total(v: Elem) -> f32 { return v; }
fn inner(a: Elem, b: Elem) -> f32 { return a * b; }

// Row kernels that touch four elements at a time: rows whose length is a multiple of 4.
alias Elem = vec4f;
fn total(v: Elem) -> f32 { return (v.x + v.y) + (v.z + v.w); }
fn wide(v: Elem) -> vec4f { return v; }
fn narrow(v: vec4f) -> Elem { return v; }

// A dispatch that does next to nothing: what is left is the cost of dispatching. Shapes: out [64].
@group(0) @binding(0) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  out[lane] = 1.0;
}

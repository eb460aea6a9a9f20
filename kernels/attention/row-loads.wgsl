// Loads of the attention shaders where each invocation makes all of its own: the shaders define `run` and `work_items`.
fn padded(tiles: u32) -> u32 { return tiles; }

// Neighbors take neighboring columns, which lie side by side in storage.
fn place_of(index: u32, columns: u32, tiles: u32) -> Place {
  return Place(index / columns / tiles, index / columns % tiles, index % columns);
}

// Where eight rows start.
struct Starts { low: vec4u, high: vec4u }

fn starts_of(low: vec4u, high: vec4u, lane: u32) -> Starts { return Starts(low, high); }

fn qkv_eight(at: Starts, u: u32) -> Eight { return Eight(qkv_block(at.low + u), qkv_block(at.high + u)); }

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) local: u32) {
  let first = linear_group(group, groups) * WIDTH;
  if (first + local < work_items()) { run(first, local, 0u); }
}

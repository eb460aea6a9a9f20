// Loads of the attention shaders where the adapter has subgroups of at least eight lanes: invocations of a workgroup take neighboring
// tiles of one head, so that of eight rows that all of them need each lane loads one, and takes the others from its neighbors.
// The shaders define `run` and `work_items`. WIDTH is a multiple of the subgroup's size.

// Tiles are counted to the end of a workgroup; those that do not exist are computed, and not stored.
fn padded(tiles: u32) -> u32 { return (tiles + WIDTH - 1u) / WIDTH * WIDTH; }

// Neighbors take neighboring tiles, whose loads they share.
fn place_of(index: u32, columns: u32, tiles: u32) -> Place {
  return Place(index / tiles / columns, index % tiles, index / tiles % columns);
}

// Where this lane's row of eight starts.
struct Starts { own: u32 }

fn starts_of(low: vec4u, high: vec4u, lane: u32) -> Starts { return Starts(select(high, low, lane % 8u < 4u)[lane % 4u]); }

fn qkv_eight(at: Starts, u: u32) -> Eight { return from_lanes(wide(qkv[at.own + u])); }

fn from_lanes(x: vec4f) -> Eight {
  return Eight(
    mat4x4f(subgroupBroadcast(x, 0u), subgroupBroadcast(x, 1u), subgroupBroadcast(x, 2u), subgroupBroadcast(x, 3u)),
    mat4x4f(subgroupBroadcast(x, 4u), subgroupBroadcast(x, 5u), subgroupBroadcast(x, 6u), subgroupBroadcast(x, 7u)),
  );
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) local: u32, @builtin(subgroup_invocation_id) lane: u32) {
  let first = linear_group(group, groups) * WIDTH;
  if (first < work_items()) { run(first, local, lane); }
}

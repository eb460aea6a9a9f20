// Linear index of a workgroup whose count was folded into two dimensions by foldGrid.
fn linear_group(group: vec3u, groups: vec3u) -> u32 {
  return group.y * groups.x + group.x;
}

// Which keys take part: shared by the attention shaders that compute scores.

// Keys position .. position + 3 that exist and are no padding.
fn shown(sequence: u32, position: u32) -> vec4<bool> {
  let at = row_starts(sequence, position, 1u);
  let exists = position + vec4u(0u, 1u, 2u, 3u) < vec4u(params.tokens);
  return exists & (vec4u(mask[at.x], mask[at.y], mask[at.z], mask[at.w]) != vec4u(0u));
}

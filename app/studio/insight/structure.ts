// A student's shape beside its teacher's, layer by layer: what stays of what, in how many bits.
import type { LayerImportance, LayerSpec, ModelRow, ModelSpec, OptionValues } from '../../engine/protocol.ts'

export interface StudentLayer {
  readonly heads: number
  /** Numbers of the teacher's heads that stay; absent where only their count is known. */
  readonly keptHeads?: readonly number[]
  readonly ffn: number
  readonly attentionBits: readonly number[]
  readonly ffnBits: readonly number[]
}

export interface LayerPair {
  /** Layer of the teacher. */
  readonly source: number
  readonly teacher: Pick<LayerSpec, 'heads' | 'ffn'>
  /** Absent where the whole layer was removed. */
  readonly student?: StudentLayer
}

export interface Structure {
  readonly layers: readonly LayerPair[]
  readonly parameters: { readonly teacher: number; readonly student: number }
  readonly embeddingBits: number
  readonly headBits: readonly number[]
}

interface StructureInputs {
  readonly teacher: ModelSpec
  readonly teacherParameters: number
  readonly row: ModelRow
  /** Options that the row's stage ran with; a quantize stage may leave layers in F32. */
  readonly options?: OptionValues
  /** Of the last prune. */
  readonly importance?: readonly LayerImportance[]
}

const FLOAT_BITS = 32
const SCHEME_BITS: Readonly<Record<string, number>> = { W8A8_DYNAMIC: 8, W4A16: 4 }
const FLOAT_BYTES = 4

/** Layers of the teacher in order, each with what the row's model keeps of it. */
export function structureOf(inputs: StructureInputs): Structure {
  const { teacher, teacherParameters, row, importance } = inputs
  const bits = linearBits(inputs)
  return {
    layers: teacher.layers.map(({ heads, ffn }, source) => {
      const at = row.layers.findIndex((layer) => layer.source === source)
      const layer = row.layers[at]
      if (!layer) return { source, teacher: { heads, ffn } }
      const kept = keptHeads(layer, heads, importance)
      return {
        source,
        teacher: { heads, ffn },
        student: {
          heads: layer.heads,
          ...(kept ? { keptHeads: kept } : {}),
          ffn: layer.ffn,
          attentionBits: bits([`layers.${at}.qkv`, `layers.${at}.attention_output`]),
          ffnBits: bits([`layers.${at}.ffn_up`, `layers.${at}.ffn_down`]),
        },
      }
    }),
    parameters: { teacher: teacherParameters, student: row.parameters },
    embeddingBits: embeddingBits(teacher, row),
    headBits: bits(['pooler', 'classifier']),
  }
}

/**
 * Which of the teacher's heads a layer keeps: all of them where the counts agree, else what the prune told. Undefined when that
 * does not fit the count, as after a reload that forgot it.
 */
export function keptHeads(
  layer: LayerSpec,
  teacherHeads: number,
  importance: readonly LayerImportance[] | undefined,
): readonly number[] | undefined {
  if (layer.heads === teacherHeads) return Array.from({ length: teacherHeads }, (_, head) => head)
  if (layer.heads === 0) return []
  const told = importance?.find(({ source }) => source === layer.source)?.keptHeads
  return told?.length === layer.heads ? told : undefined
}

/** Bits of the weights of linear layers, most first; several where some of them are left in F32. */
function linearBits({ row, options }: StructureInputs): (names: readonly string[]) => readonly number[] {
  const bits = SCHEME_BITS[row.scheme ?? ''] ?? FLOAT_BITS
  const ignored = Array.isArray(options?.ignore) ? options.ignore.map(String) : []
  const bitsOf = (name: string) => (ignored.some((part) => name.includes(part)) ? FLOAT_BITS : bits)
  return (names) => [...new Set(names.map(bitsOf))].sort((a, b) => b - a)
}

/** Word embeddings are 8-bit where the group's bytes are fewer than F32 would take; positions and norms always are F32. */
function embeddingBits({ vocabulary, positions, tokenTypes, hidden }: ModelSpec, row: ModelRow): number {
  const floatBytes = (vocabulary + positions + tokenTypes + 2) * hidden * FLOAT_BYTES
  return row.group_bytes.embeddings < floatBytes ? 8 : FLOAT_BITS
}

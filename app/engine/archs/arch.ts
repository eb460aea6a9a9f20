// What an architecture is: a table from config.json to sizes, and from the engine's roles to names in a checkpoint.
import type { ModelSpec, Role } from '../model/spec.ts'

export type Config = Readonly<Record<string, unknown>>

/** One file `<id>.arch.ts` with one of these as its default export adds an architecture. */
export interface Architecture {
  /** `model_type` of config.json; also the prefix of the encoder's tensor names. */
  readonly id: string
  readonly label: string
  readonly help: string
  /** Classifier matrix, [labels, hidden]: its rows are the class count that counts. */
  readonly classifier: string
  /**
   * Sizes from a config. `classifierRows` is the row count of the `classifier` tensor, `name` the file that errors name.
   * @throws StudioError `config-invalid`, naming the key and the numbers that disagree.
   */
  parse(config: Config, classifierRows: number, name: string): ModelSpec
  /** Tensor names by role; several names are stacked along rows in that order. */
  tensorNames(spec: ModelSpec): Map<Role, readonly string[]>
  /** Config of a changed model: the original with its sizes, labels and dtype replaced. */
  toConfig(spec: ModelSpec, original: Config): Record<string, unknown>
}

/** Names of one layer's and the embeddings' parts, without `.weight` and `.bias`. */
export interface NameTable {
  readonly word: string
  readonly position: string
  readonly type?: string
  readonly norm: string
  /** Prefix of a layer, ending with a dot. */
  readonly layer: (index: number) => string
  readonly qkv: readonly [query: string, key: string, value: string]
  readonly attentionOutput: string
  readonly attentionNorm: string
  readonly ffnUp: string
  readonly ffnDown: string
  readonly ffnNorm: string
  readonly pooler: string
  readonly classifier: string
}

/** Tensor names of every role that `spec` has, in the order of the forward pass. */
export function namesByRole(table: NameTable, spec: ModelSpec): Map<Role, readonly string[]> {
  const names = new Map<Role, readonly string[]>()
  const pair = (role: string, ...parts: string[]) => {
    for (const kind of ['weight', 'bias'] as const)
      names.set(
        `${role}.${kind}` as Role,
        parts.map((part) => `${part}.${kind}`),
      )
  }
  names.set('embeddings.word', [`${table.word}.weight`])
  names.set('embeddings.position', [`${table.position}.weight`])
  if (table.type && spec.tokenTypes > 0) names.set('embeddings.type', [`${table.type}.weight`])
  pair('embeddings.norm', table.norm)
  spec.layers.forEach((_, index) => {
    const layer = table.layer(index)
    pair(`layers.${index}.qkv`, ...table.qkv.map((part) => layer + part))
    pair(`layers.${index}.attention_output`, layer + table.attentionOutput)
    pair(`layers.${index}.attention_norm`, layer + table.attentionNorm)
    pair(`layers.${index}.ffn_up`, layer + table.ffnUp)
    pair(`layers.${index}.ffn_down`, layer + table.ffnDown)
    pair(`layers.${index}.ffn_norm`, layer + table.ffnNorm)
  })
  pair('pooler', table.pooler)
  pair('classifier', table.classifier)
  return names
}

// temporary
import type { Role } from '../model/spec.ts'
export function tensorNames(architecture: string, role: Role): string[] {
  const d = architecture === 'distilbert'
  const p = d ? 'distilbert' : 'bert'
  const m = /^layers\.(\d+)\.(\w+)\.(weight|bias)$/.exec(role)
  if (m) {
    const base = d ? `distilbert.transformer.layer.${m[1]}` : `bert.encoder.layer.${m[1]}`
    const map: Record<string, string[]> = d
      ? {
          qkv: ['attention.q_lin', 'attention.k_lin', 'attention.v_lin'],
          attention_output: ['attention.out_lin'],
          attention_norm: ['sa_layer_norm'],
          ffn_up: ['ffn.lin1'],
          ffn_down: ['ffn.lin2'],
          ffn_norm: ['output_layer_norm'],
        }
      : {
          qkv: ['attention.self.query', 'attention.self.key', 'attention.self.value'],
          attention_output: ['attention.output.dense'],
          attention_norm: ['attention.output.LayerNorm'],
          ffn_up: ['intermediate.dense'],
          ffn_down: ['output.dense'],
          ffn_norm: ['output.LayerNorm'],
        }
    return map[m[2]!]!.map((x) => `${base}.${x}.${m[3]}`)
  }
  const e = /^embeddings\.(word|position|type|norm)(\.weight|\.bias)?$/.exec(role)
  if (e) {
    const n = {
      word: 'word_embeddings',
      position: 'position_embeddings',
      type: 'token_type_embeddings',
      norm: 'LayerNorm',
    }[e[1]!]
    return [`${p}.embeddings.${n}${e[2] ?? '.weight'}`]
  }
  return [role.replace('pooler', d ? 'pre_classifier' : 'bert.pooler.dense')]
}

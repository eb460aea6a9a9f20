// BERT for sequence classification, as transformers saves it (MiniLM and most multilingual encoders too).
import { type Architecture, type NameTable, namesByRole } from './arch.ts'
import { parseCommon, refuseSettings } from './config.ts'
import { type ConfigKeys, parseLayers, resizeConfig } from './layers.ts'

const KEYS: ConfigKeys = {
  hidden: 'hidden_size',
  heads: 'num_attention_heads',
  layers: 'num_hidden_layers',
  ffn: 'intermediate_size',
}

const NAMES: NameTable = {
  word: 'bert.embeddings.word_embeddings',
  position: 'bert.embeddings.position_embeddings',
  type: 'bert.embeddings.token_type_embeddings',
  norm: 'bert.embeddings.LayerNorm',
  layer: (index) => `bert.encoder.layer.${index}.`,
  qkv: ['attention.self.query', 'attention.self.key', 'attention.self.value'],
  attentionOutput: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  ffnUp: 'intermediate.dense',
  ffnDown: 'output.dense',
  ffnNorm: 'output.LayerNorm',
  pooler: 'bert.pooler.dense',
  classifier: 'classifier',
}

const bert: Architecture = {
  id: 'bert',
  label: 'BERT',
  help: 'BERT, MiniLM and other encoders saved as BertForSequenceClassification.',
  classifier: 'classifier.weight',
  parse(config, classifierRows, name) {
    refuseSettings(config, name)
    const common = parseCommon({ config, name, classifierRows, activationKey: 'hidden_act' })
    const { positiveInteger, epsilon } = common.read
    return {
      architecture: 'bert',
      ...common.values,
      ...parseLayers(config, KEYS, common.read),
      tokenTypes: positiveInteger('type_vocab_size', 2),
      poolerActivation: 'tanh',
      layerNormEpsilon: epsilon('layer_norm_eps', 1e-12),
    }
  },
  tensorNames: (spec) => namesByRole(NAMES, spec),
  toConfig: (spec, original) => resizeConfig({ spec, original, keys: KEYS, className: 'Bert' }),
}

export default bert

// DistilBERT for sequence classification, as transformers saves it.
import { type Architecture, type NameTable, namesByRole } from './arch.ts'
import { parseCommon, refuseSettings } from './config.ts'
import { type ConfigKeys, parseLayers, resizeConfig } from './layers.ts'

const KEYS: ConfigKeys = { hidden: 'dim', heads: 'n_heads', layers: 'n_layers', ffn: 'hidden_dim' }

const NAMES: NameTable = {
  word: 'distilbert.embeddings.word_embeddings',
  position: 'distilbert.embeddings.position_embeddings',
  norm: 'distilbert.embeddings.LayerNorm',
  layer: (index) => `distilbert.transformer.layer.${index}.`,
  qkv: ['attention.q_lin', 'attention.k_lin', 'attention.v_lin'],
  attentionOutput: 'attention.out_lin',
  attentionNorm: 'sa_layer_norm',
  ffnUp: 'ffn.lin1',
  ffnDown: 'ffn.lin2',
  ffnNorm: 'output_layer_norm',
  pooler: 'pre_classifier',
  classifier: 'classifier',
}

const distilbert: Architecture = {
  id: 'distilbert',
  label: 'DistilBERT',
  help: 'Encoders saved as DistilBertForSequenceClassification.',
  classifier: 'classifier.weight',
  parse(config, classifierRows, name) {
    refuseSettings(config, name)
    const common = parseCommon({ config, name, classifierRows, activationKey: 'activation' })
    return {
      architecture: 'distilbert',
      ...common.values,
      ...parseLayers(config, KEYS, common.read),
      tokenTypes: 0,
      poolerActivation: 'relu',
      // Written into the model's code, not its config.
      layerNormEpsilon: 1e-12,
    }
  },
  tensorNames: (spec) => namesByRole(NAMES, spec),
  toConfig: (spec, original) => resizeConfig({ spec, original, keys: KEYS, className: 'DistilBert' }),
}

export default distilbert

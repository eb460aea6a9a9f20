// Commands, events and rows: all that the studio and the command line may see of the engine. Plain data only.
export type { ChecklistItem, ErrorReport } from './base/errors.ts'
export { modelRoot } from './base/model-root.ts'
export type { OptionDefinition, OptionValue, OptionValues } from './base/options.ts'
export { nestOptions } from './base/options.ts'
export type { LayerSpec, ModelSpec, StorageFormat, WeightGroup } from './model/spec.ts'
export {
  encoderParameterCount,
  exportedBytes,
  FLOAT_FORMAT,
  headParameterCount,
  modelBytes,
  multiplyAdds,
  neuronParameterCount,
  parameterCount,
  SCHEME_OF_PRECISION,
} from './model/spec.ts'
export type * from './protocol/catalog.ts'
export type * from './protocol/command.ts'
export type * from './protocol/data.ts'
export type * from './protocol/device.ts'
export type * from './protocol/event.ts'
export type * from './protocol/exports.ts'
export type * from './protocol/insight.ts'
export type * from './protocol/keeping.ts'
export type * from './protocol/model.ts'
export type * from './protocol/progress.ts'
export type * from './protocol/recipe.ts'
export type * from './protocol/report.ts'

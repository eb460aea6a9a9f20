// Whether the open model fits with other settings than the defaults: a question, answered at once while a stage trains too.
import { defaultFitSettings, type FitSettings } from './fit.ts'
import { inspectionOf } from './inspect.ts'
import type { Event, FitLever, ModelSpec } from './protocol.ts'
import type { Session } from './session.ts'

/** Verdicts on the open model with settings by their names in a recipe; undefined while none is open. */
export function fitOf(
  { opened, gpu }: Pick<Session, 'opened' | 'gpu'>,
  settings: FitLever['changes'],
): Extract<Event, { type: 'fit' }> | undefined {
  if (!opened) return undefined
  const { spec } = opened.summary
  return { type: 'fit', fit: inspectionOf(opened.summary, gpu, fitSettings(spec, settings)).fit }
}

/** The settings as the arithmetic takes them; what is not said is the catalog's default, and no layers are every other one. */
export function fitSettings(spec: ModelSpec, settings: FitLever['changes']): FitSettings {
  const usual = defaultFitSettings(spec)
  const chosen = (settings.student_layers ?? []).filter((layer) => layer < spec.layers.length)
  return {
    batchSize: settings.batch_size ?? usual.batchSize,
    maxLength: settings.max_length ?? usual.maxLength,
    hiddenWeight: settings.hidden_weight ?? usual.hiddenWeight,
    studentLayers: chosen.length > 0 ? chosen : usual.studentLayers,
  }
}

// The settings that a question about memory is answered with.
import { expect, it } from 'vitest'
import { fitVerdicts } from './fit.ts'
import { fitSettings } from './fit-question.ts'
import type { ModelSpec } from './protocol.ts'

const spec: ModelSpec = {
  architecture: 'bert',
  hidden: 64,
  headSize: 16,
  vocabulary: 500,
  positions: 128,
  tokenTypes: 2,
  layers: [0, 1, 2, 3].map((source) => ({ heads: 4, ffn: 256, source })),
  labels: ['a', 'b'],
  activation: 'gelu',
  poolerActivation: 'tanh',
  layerNormEpsilon: 1e-12,
}

it('takes what is said, and the defaults for the rest', () => {
  expect(fitSettings(spec, { batch_size: 8, student_layers: [] })).toMatchObject({
    batchSize: 8,
    studentLayers: [0, 2],
  })
  expect(fitSettings(spec, { student_layers: [1, 9] }).studentLayers).toEqual([1])
})

it('needs less to distill with each lever', () => {
  const limits = { budget: 1e9, tensorBytes: 1e9 }
  const need = (changes: Parameters<typeof fitSettings>[1]) =>
    fitVerdicts(spec, limits, fitSettings(spec, changes)).find(({ task }) => task === 'distill')!.needed
  const whole = need({ batch_size: 64, max_length: 128, hidden_weight: 0.5, student_layers: [0, 1, 2, 3] })
  expect(need({ batch_size: 16, max_length: 128, student_layers: [0, 1, 2, 3] })).toBeLessThan(whole)
  expect(need({ batch_size: 64, max_length: 32, student_layers: [0, 1, 2, 3] })).toBeLessThan(whole)
  expect(need({ batch_size: 64, max_length: 128, student_layers: [0] })).toBeLessThan(whole)
})

// Whole classifiers: the sample, MiniLM-L6 and DistilBERT in size, at batch 1 and 32.
import { multiplyAdds } from '../../app/engine/model/spec.ts'
import type { BenchHost } from './contender.ts'
import type { BenchCase, Family } from './family.ts'
import { bertSpec, type HeldModel, randomIds, randomModel, referenceOf, sampleModel } from './models.ts'

interface Subject {
  readonly name: string
  readonly open: (host: BenchHost) => Promise<HeldModel>
  /** Multiply-adds of one text. */
  readonly work: (tokens: number) => number
}

function sized(name: string, sizes: { layers: number; hidden: number; tokenTypes: number }): Subject {
  const spec = bertSpec({ ...sizes, vocabulary: 30_522, labels: 77 })
  return {
    name,
    open: async () => randomModel(spec, 11),
    work: (tokens) => multiplyAdds(spec, tokens),
  }
}

const MINI_LM = sized('MiniLM-L6 size', { layers: 6, hidden: 384, tokenTypes: 2 })
const DISTILBERT = sized('DistilBERT size', { layers: 6, hidden: 768, tokenTypes: 0 })
/** Sizes of `public/sample/model`. */
const SAMPLE_SPEC = { ...bertSpec({ layers: 4, hidden: 64, vocabulary: 1159, labels: 25, tokenTypes: 2 }) }
const SAMPLE: Subject = {
  name: 'sample model',
  open: sampleModel,
  work: (tokens) => multiplyAdds({ ...SAMPLE_SPEC, headSize: 16, layers: sampleLayers() }, tokens),
}

function sampleLayers() {
  return SAMPLE_SPEC.layers.map((layer) => ({ ...layer, heads: 4 }))
}

type Shape = readonly [subject: Subject, batch: number, tokens: number]

const SMALL: readonly Shape[] = [
  [SAMPLE, 1, 16],
  [SAMPLE, 32, 16],
  [MINI_LM, 1, 16],
]
const FULL: readonly Shape[] = [
  [SAMPLE, 1, 16],
  [SAMPLE, 32, 16],
  ...[MINI_LM, DISTILBERT].flatMap((subject) =>
    [1, 32].flatMap((batch) => [16, 128].map((tokens): Shape => [subject, batch, tokens])),
  ),
]

/** Error allowed of a logit, as a share of the largest: float errors of a dozen layers, far below a wrong weight's. */
const ALLOWED = 5e-4

function modelCase([subject, batch, tokens]: Shape): BenchCase {
  return {
    name: `${subject.name}, batch ${batch}, ${tokens} tokens`,
    work: 2 * batch * subject.work(tokens),
    build: async (host) => {
      const model = await subject.open(host)
      const ids = randomIds(model.spec, batch, tokens)
      const labels = model.spec.labels.length
      const texts = [...new Set([0, batch - 1])]
      const expected = texts.map((text) => referenceOf(model, ids, text, tokens))
      const check = (output: ArrayLike<number>) => {
        if (output.length !== batch * labels) return Number.NaN
        const largest = Math.max(...expected.flatMap((logits) => [...logits].map(Math.abs)))
        const errors = texts.flatMap((text, i) =>
          [...expected[i]!].map((value, c) => Math.abs(output[text * labels + c]! - value)),
        )
        return Math.max(...errors) / (ALLOWED * largest)
      }
      return { task: { kind: 'model', model, ids, batch, tokens }, check }
    },
  }
}

const model: Family = {
  id: 'model',
  title: 'Whole classifiers, F32 inference',
  unit: { name: 'GFLOP/s', scale: 1e9 },
  roof: 'fma',
  cases: (size) => (size === 'small' ? SMALL : FULL).map(modelCase),
}

export default model

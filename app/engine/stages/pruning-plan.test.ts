// Pruning plans: the least valuable units go until the ratio is reached, targets and rounding are kept to, sizes follow.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomAt } from '../base/random.ts'
import type { ImportanceScores } from '../criteria/criterion.ts'
import { failureOf } from '../formats/testing.ts'
import {
  encoderParameterCount,
  headParameterCount,
  type ModelSpec,
  neuronParameterCount,
} from '../model/spec.ts'
import { layerImportance, type PruningOptions, parsePins, planPruning, planSpec } from './pruning-plan.ts'

const range = (count: number) => [...Array(count).keys()]

function specOf(layers: { heads: number; ffn: number }[]): ModelSpec {
  return {
    architecture: 'bert',
    hidden: 8,
    headSize: 2,
    vocabulary: 20,
    positions: 8,
    tokenTypes: 2,
    layers: layers.map((layer, i) => ({ ...layer, source: 10 + i })),
    labels: ['a', 'b'],
    activation: 'gelu',
    poolerActivation: 'tanh',
    layerNormEpsilon: 1e-12,
  }
}

function randomScores(spec: ModelSpec, seed: number): ImportanceScores {
  const draw = (stream: number, count: number) =>
    Float64Array.from(range(count), (i) => randomAt(seed + stream, i))
  return {
    heads: spec.layers.map(({ heads }, l) => draw(2 * l, heads)),
    neurons: spec.layers.map(({ ffn }, l) => draw(2 * l + 1, ffn)),
  }
}

const SPEC = specOf([
  { heads: 4, ffn: 16 },
  { heads: 4, ffn: 16 },
  { heads: 4, ffn: 16 },
])
const HEAD = headParameterCount(SPEC)
const NEURON = neuronParameterCount(SPEC)
const percents = fc.nat({ max: 90 }).map((percent) => percent / 100)
const both: PruningOptions = { ratio: 0.3, targets: ['heads', 'ffn'], roundTo: 1 }

/** Parameters of the heads and neurons that a plan takes away from layers that stay. */
function removedParameters(spec: ModelSpec, plan: ReturnType<typeof planPruning>): number {
  return plan.kept.reduce((sum, { layer, heads, neurons }) => {
    const before = spec.layers[layer]!
    return sum + (before.heads - heads.length) * HEAD + (before.ffn - neurons.length) * NEURON
  }, 0)
}

describe('planPruning', () => {
  it('changes nothing at ratio 0', () => {
    const plan = planPruning(SPEC, randomScores(SPEC, 1), { ...both, ratio: 0 })
    expect(plan.spec).toEqual(SPEC)
    expect(plan.kept).toEqual(range(3).map((layer) => ({ layer, heads: range(4), neurons: range(16) })))
  })

  it('removes by score per parameter: a head must be worth more than as many neurons', () => {
    const spec = specOf([{ heads: 2, ffn: 4 }])
    // Per parameter the first head is worth 1, the second 3 and neurons 2 each.
    const scores = {
      heads: [Float64Array.of(HEAD, 3 * HEAD)],
      neurons: [new Float64Array(4).fill(2 * NEURON)],
    }
    const ratioOf = (parameters: number) => parameters / encoderParameterCount(spec)
    const keep = (parameters: number) => {
      const { kept } = planPruning(spec, scores, { ...both, ratio: ratioOf(parameters) })
      return [kept[0]!.heads, kept[0]!.neurons]
    }
    expect(keep(HEAD)).toEqual([[1], [0, 1, 2, 3]])
    expect(keep(HEAD + NEURON)).toEqual([[1], [1, 2, 3]])
    expect(keep(HEAD + 4 * NEURON)).toEqual([[1], []])
    expect(keep(HEAD + 4 * NEURON + 1)).toEqual([[], []])
  })

  it('reaches the ratio and overshoots by less than one unit, keeping what scores most', () => {
    const layers = fc.array(fc.record({ heads: fc.nat({ max: 6 }), ffn: fc.nat({ max: 30 }) }), {
      minLength: 1,
      maxLength: 4,
    })
    const cases = fc.tuple(layers, percents, fc.nat({ max: 1e6 }))
    fc.assert(
      fc.property(cases, ([sizes, ratio, seed]) => {
        const spec = specOf(sizes)
        const scores = randomScores(spec, seed)
        const plan = planPruning(spec, scores, { ...both, ratio })
        const removed = removedParameters(spec, plan)
        const goal = ratio * encoderParameterCount(spec)
        const all = sizes.reduce((sum, { heads, ffn }) => sum + heads * HEAD + ffn * NEURON, 0)
        // Biases of the two output matrices belong to no unit, so a small encoder may run out of units first.
        expect(removed >= goal || removed === all).toBe(true)
        expect(removed - goal).toBeLessThan(Math.max(HEAD, NEURON))
        expect(encoderParameterCount(plan.spec)).toBe(encoderParameterCount(spec) - removed)
        expect(bestRemoved(spec, scores, plan)).toBeLessThanOrEqual(worstKept(spec, scores, plan))
      }),
      { numRuns: 200 },
    )
  })

  it('leaves alone what is no target', () => {
    const scores = randomScores(SPEC, 2)
    for (const { heads } of planPruning(SPEC, scores, { ...both, targets: ['ffn'] }).kept)
      expect(heads).toEqual(range(4))
    for (const { neurons } of planPruning(SPEC, scores, { ...both, targets: ['heads'] }).kept)
      expect(neurons).toEqual(range(16))
  })

  it('breaks ties by layer, then by place, so that a plan is reproducible', () => {
    const scores = {
      heads: SPEC.layers.map(() => new Float64Array(4)),
      neurons: SPEC.layers.map(() => new Float64Array(16)),
    }
    const ratio = (2 * HEAD) / encoderParameterCount(SPEC)
    const { kept } = planPruning(SPEC, scores, { ratio, targets: ['heads'], roundTo: 1 })
    expect(kept.map(({ heads }) => heads)).toEqual([[2, 3], range(4), range(4)])
  })
})

/** Highest score per parameter among removed units, and lowest among kept ones. */
function bestRemoved(
  spec: ModelSpec,
  scores: ImportanceScores,
  plan: ReturnType<typeof planPruning>,
): number {
  return Math.max(-Infinity, ...unitScores(spec, scores, plan, false))
}
function worstKept(spec: ModelSpec, scores: ImportanceScores, plan: ReturnType<typeof planPruning>): number {
  return Math.min(Infinity, ...unitScores(spec, scores, plan, true))
}
function unitScores(
  spec: ModelSpec,
  scores: ImportanceScores,
  plan: ReturnType<typeof planPruning>,
  isKept: boolean,
): number[] {
  return spec.layers.flatMap((_, layer) => {
    const kept = plan.kept.find((entry) => entry.layer === layer)
    const pick = (values: Float64Array, standing: readonly number[] = [], parameters: number) =>
      [...values].filter((_, i) => standing.includes(i) === isKept).map((score) => score / parameters)
    return [
      ...pick(scores.heads[layer]!, kept?.heads, HEAD),
      ...pick(scores.neurons[layer]!, kept?.neurons, NEURON),
    ]
  })
}

describe('whole layers', () => {
  const scores = {
    heads: [3, 1, 2].map((score) => new Float64Array(4).fill(score)),
    neurons: [3, 1, 2].map((score) => new Float64Array(16).fill(score)),
  }

  it('go by the sum of their units', () => {
    const plan = planPruning(SPEC, scores, { ratio: 0.3, targets: ['layers'], roundTo: 1 })
    expect(plan.kept.map(({ layer }) => layer)).toEqual([0, 2])
    expect(plan.spec.layers.map(({ source }) => source)).toEqual([10, 12])
  })

  it('never go all', () => {
    const plan = planPruning(SPEC, scores, { ratio: 0.9, targets: ['layers'], roundTo: 1 })
    expect(plan.kept.map(({ layer }) => layer)).toEqual([0])
    expect(plan.spec.layers).toEqual([SPEC.layers[0]])
    const single = specOf([{ heads: 4, ffn: 16 }])
    expect(planPruning(single, scores, { ratio: 0.5, targets: ['layers'], roundTo: 1 }).spec).toEqual(single)
  })

  it('may go together with heads and neurons, one layer standing', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e6 }), percents, (seed, ratio) => {
        const options: PruningOptions = { ratio, targets: ['heads', 'ffn', 'layers'], roundTo: 1 }
        const plan = planPruning(SPEC, randomScores(SPEC, seed), options)
        expect(plan.kept.length).toBeGreaterThanOrEqual(1)
        expect(encoderParameterCount(plan.spec)).toBeLessThanOrEqual(
          (1 - ratio) * encoderParameterCount(SPEC) + 1e-6,
        )
      }),
    )
  })
})

describe('rounding of the width', () => {
  it.each([4, 8, 16])(
    'keeps the best multiple of %i neurons per layer, nearest to what was asked',
    (roundTo) => {
      for (const seed of range(5)) {
        const scores = randomScores(SPEC, 100 * seed)
        const exact = planPruning(SPEC, scores, { ...both, ratio: 0.5 })
        const rounded = planPruning(SPEC, scores, { ...both, ratio: 0.5, roundTo })
        rounded.kept.forEach(({ layer, heads, neurons }, i) => {
          expect(neurons.length % roundTo).toBe(0)
          expect(Math.abs(neurons.length - exact.kept[i]!.neurons.length)).toBeLessThanOrEqual(roundTo / 2)
          expect(heads).toEqual(exact.kept[i]!.heads)
          const ranked = range(16).sort((a, b) => scores.neurons[layer]![b]! - scores.neurons[layer]![a]!)
          expect(neurons).toEqual(ranked.slice(0, neurons.length).sort((a, b) => a - b))
        })
        expect(rounded.spec).toEqual(planSpec(SPEC, rounded.kept))
      }
    },
  )

  it('takes no layer’s last neurons, and leaves layers that are too narrow', () => {
    const scores = randomScores(SPEC, 3)
    const few = planPruning(SPEC, scores, { ...both, ratio: 0.8, roundTo: 16 })
    const exact = planPruning(SPEC, scores, { ...both, ratio: 0.8 })
    few.kept.forEach(({ neurons }, i) => {
      expect(neurons.length > 0).toBe(exact.kept[i]!.neurons.length > 0)
    })
    expect(few.kept.some(({ neurons }) => neurons.length === 16)).toBe(true)
    const wide = planPruning(SPEC, scores, { ...both, ratio: 0.8, roundTo: 32 })
    expect(wide.spec).toEqual(exact.spec)
  })
})

describe('pinned heads', () => {
  const scores = randomScores(SPEC, 8)

  it('stay, and so does their layer, while others go in their place', () => {
    const least = [...scores.heads[1]!.keys()].sort((a, b) => scores.heads[1]![a]! - scores.heads[1]![b]!)[0]!
    const options: PruningOptions = { ratio: 0.6, targets: ['heads', 'ffn', 'layers'], roundTo: 1 }
    const pinned = planPruning(SPEC, scores, { ...options, pinned: [{ layer: 1, head: least }] })
    expect(planPruning(SPEC, scores, options).kept.find(({ layer }) => layer === 1)?.heads).not.toContain(
      least,
    )
    expect(pinned.kept.find(({ layer }) => layer === 1)!.heads).toContain(least)
    expect(encoderParameterCount(pinned.spec)).toBeLessThanOrEqual(0.4 * encoderParameterCount(SPEC))
  })

  it('are named by the teacher’s layer and the head', async () => {
    expect(parsePins(SPEC, ['10.3', ' 12.0 '])).toEqual([
      { layer: 0, head: 3 },
      { layer: 2, head: 0 },
    ])
    for (const name of ['9.0', '10.4', '10', 'x.1']) {
      const failure = await failureOf(async () => parsePins(SPEC, [name]))
      expect(failure.code).toBe('option-invalid')
      expect(failure.message).toContain(`"${name}"`)
      expect(failure.message).toContain('10.0 to 10.3')
    }
  })

  it('stand in what is told of the scores, beside every other unit', () => {
    const plan = planPruning(SPEC, scores, { ratio: 0.5, targets: ['layers'], roundTo: 1 })
    const told = layerImportance(SPEC, scores, plan)
    expect(told.map(({ source }) => source)).toEqual([10, 11, 12])
    expect(told.map(({ isKept }) => isKept)).toEqual(
      [0, 1, 2].map((l) => plan.kept.some(({ layer }) => layer === l)),
    )
    expect(told[0]!.heads).toEqual([...scores.heads[0]!])
    for (const { isKept, keptHeads, keptNeurons } of told)
      expect([keptHeads.length, keptNeurons.length]).toEqual(isKept ? [4, 16] : [0, 0])
  })
})

describe('planSpec', () => {
  it('takes sizes from the kept units and the source from the layer they stood in', () => {
    const kept = [{ layer: 2, heads: [1, 3], neurons: [0, 5, 6] }]
    const spec = planSpec(SPEC, kept)
    expect(spec).toEqual({ ...SPEC, layers: [{ heads: 2, ffn: 3, source: 12 }] })
    // Two heads, three neurons and the biases of the two output matrices.
    expect(encoderParameterCount(spec)).toBe(2 * HEAD + 3 * NEURON + 2 * 8)
  })
})

// What only our own engine can be measured by, beside what it aims at.
import type { Watch } from '../../app/engine/base/watch.ts'
import type { BenchHost } from './contender.ts'
import {
  dispatchesPerLayer,
  epoch,
  firstStep,
  int8BesideF32,
  peakOverLowerBound,
  type StepShape,
  steadySteps,
  studentSpec,
} from './engine-measures.ts'
import type { BenchSize } from './family.ts'
import { median, pairedRatio } from './statistics.ts'

export interface EngineFact {
  readonly name: string
  readonly value: number
  /** Empty for a ratio or a count. */
  readonly unit: string
  readonly goal?: string
  /** Of what the value was made. */
  readonly samples?: readonly number[]
}

const STEPS = 10
const ROUNDS = 7

interface Shapes {
  readonly step: StepShape
  readonly int8: readonly StepShape[]
  readonly epoch: Parameters<typeof epoch>[1]
}

/** Small: what a software adapter computes in a minute. */
function shapesOf(size: BenchSize): Shapes {
  const isSmall = size === 'small'
  const vocabulary = isSmall ? 1024 : 30_522
  const encoder = studentSpec(vocabulary, isSmall ? 2 : 6)
  return {
    step: { spec: studentSpec(vocabulary), batch: isSmall ? 4 : 32, tokens: 16 },
    int8: [1, 8, 32].map((batch) => ({ spec: encoder, batch, tokens: 16 })),
    epoch: { teacher: studentSpec(vocabulary, isSmall ? 2 : 6), texts: isSmall ? 96 : 1024 },
  }
}

/** @throws whatever `watch` throws to stop */
export async function engineFacts(host: BenchHost, size: BenchSize, watch: Watch): Promise<EngineFact[]> {
  const { step, int8, epoch: trained } = shapesOf(size)
  const facts: EngineFact[] = []
  // First of all: nothing may have been compiled before.
  const measures = [() => first(host, step), () => steady(host, step), () => sizes(host, step)]
  const more = [() => throughput(host, trained), ...int8.map((shape) => () => quantized(host, shape))]
  for (const measure of [...measures, ...more]) {
    await watch.checkpoint()
    const found = await measure()
    for (const { name, value, unit } of found) host.log(`engine: ${name}: ${value.toFixed(3)} ${unit}`)
    facts.push(...found)
  }
  return facts
}

async function first(host: BenchHost, shape: StepShape): Promise<EngineFact[]> {
  const [cold, warm] = [await firstStep(host, shape), await firstStep(host, shape)]
  return [
    { name: 'First training step, nothing compiled before', value: cold / 1000, unit: 's', goal: '≤ 3' },
    { name: 'First training step on a second device', value: warm / 1000, unit: 's', goal: '≤ 0.3' },
  ]
}

async function steady(host: BenchHost, shape: StepShape): Promise<EngineFact[]> {
  const { wallMs, submissionMs: samples } = await steadySteps(host, shape, STEPS)
  const busy = samples.reduce((sum, one) => sum + one, 0)
  const name = `Submissions of ${STEPS} steps`
  return [
    { name: 'Time of steps over that of their submissions', value: wallMs / busy, unit: '', goal: '≤ 1.10' },
    { name: `${name}, median`, value: median(samples), unit: 'ms', goal: '≤ 50', samples },
    { name: `${name}, longest`, value: Math.max(...samples), unit: 'ms', goal: '≤ 500' },
  ]
}

async function sizes(host: BenchHost, shape: StepShape): Promise<EngineFact[]> {
  const { forward, step } = await dispatchesPerLayer(host)
  const peak = await peakOverLowerBound(host, shape)
  return [
    { name: 'Dispatches of a layer, forward', value: forward, unit: '', goal: '≤ 7' },
    { name: 'Dispatches of a layer, forward and backward', value: step, unit: '', goal: '≤ 24' },
    { name: 'Peak bytes of a step over its lower bound', value: peak, unit: '', goal: '≤ 1.25' },
  ]
}

async function throughput(host: BenchHost, what: Shapes['epoch']): Promise<EngineFact[]> {
  const { tokens, flops, seconds } = await epoch(host, what)
  const name = `Epoch of distillation, ${what.texts} texts`
  return [
    { name, value: tokens / seconds, unit: 'tokens/s' },
    { name: `${name}, products`, value: flops / seconds / 1e9, unit: 'GFLOP/s' },
  ]
}

async function quantized(host: BenchHost, shape: StepShape): Promise<EngineFact[]> {
  const { f32, int8 } = await int8BesideF32(host, shape, ROUNDS)
  const { batch, tokens, spec } = shape
  return [
    {
      name: `INT8 inference over F32, ${spec.layers.length} layers, ${batch} × ${tokens} tokens`,
      value: pairedRatio(int8, f32),
      unit: '× as fast',
      ...(batch >= 8 ? { goal: '≥ 1.5' } : {}),
      samples: int8,
    },
  ]
}

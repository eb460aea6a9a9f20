// Distillation against PyTorch: every gradient of two steps and the losses of ten, on golden tiny models.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, read, release, write } from '../../../kernels/runtime/tensor.ts'
import { maxError, testGpu } from '../../../kernels/runtime/testing.ts'
import bert from '../archs/bert.arch.ts'
import { padBatch } from '../data/batches.ts'
import { openFixture } from '../fixtures/open-fixture.ts'
import { readSafetensorsHeader, type TensorTable } from '../formats/safetensors.ts'
import { readTensorWhole } from '../formats/tensor-data.ts'
import { fileSource } from '../hosts/node-files.ts'
import type { Gradients } from '../model/backward.ts'
import { forward, releaseBatch, uploadBatch } from '../model/forward.ts'
import { denseOf, type Model, releaseModel } from '../model/model.ts'
import { createStudent } from './distill.ts'
import { type DistillationBatch, distillationStep } from './distillation-loss.ts'
import { createTrainable, optimizerStep, releaseTrainable, type Trainable } from './optimizer.ts'
import { learningRateAt, type TrainingSettings } from './schedule.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')
const golden = JSON.parse(readFileSync(join(FIXTURES, 'golden-distill.json'), 'utf8'))
const { config } = golden
/** The bounds. */
const GRADIENT_TOLERANCE = 1e-4
const LOSS_TOLERANCE = 1e-3

const settings: TrainingSettings = {
  temperature: config.temperature,
  kdWeight: config.kd_weight,
  hardLabelWeight: config.hard_label_weight,
  hiddenWeight: config.hidden_weight,
  epochs: 1,
  batchSize: 6,
  learningRate: config.learning_rate,
  warmup: config.warmup,
  weightDecay: config.weight_decay,
  clipNorm: config.clip_norm,
  seed: 0,
}

let gpu: Gpu
let teacher: Model
let table: TensorTable

beforeAll(async () => {
  gpu = await testGpu()
  teacher = await openFixture(gpu, 'tiny-bert')
  table = await readSafetensorsHeader(await fileSource(join(FIXTURES, 'golden-distill.safetensors')))
})

function makeBatch(index: number): DistillationBatch {
  const texts = golden.batches[index].input_ids.map((ids: number[]) => Uint32Array.from(ids))
  const padded = padBatch(texts)
  const batch = uploadBatch(gpu, padded)
  const { logits, hidden } = forward(gpu, teacher, batch, { hidden: [0] })
  return {
    batch,
    ids: padded.ids,
    labels: Int32Array.from(golden.batches[index].labels),
    tokens: texts.reduce((sum: number, text: Uint32Array) => sum + text.length, 0),
    teacherLogits: logits,
    teacherHidden: hidden,
  }
}

function releaseData(data: DistillationBatch): void {
  release(gpu, data.teacherLogits, ...data.teacherHidden.values())
  releaseBatch(gpu, data.batch)
}

/** Golden values of every role under a prefix; stacked names are joined. */
async function goldenByRole(student: Model, prefix: string): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>()
  for (const [role, names] of bert.tensorNames(student.spec)) {
    const parts = await Promise.all(names.map((name) => readTensorWhole(table, `${prefix}.${name}`)))
    values.set(role, Float32Array.from(parts.flatMap((part) => [...part])))
  }
  return values
}

async function expectGradients(student: Model, gradients: Gradients, prefix: string): Promise<void> {
  const expected = await goldenByRole(student, prefix)
  for (const [role, tensor] of gradients)
    expect(maxError(await read(gpu, tensor), expected.get(role)!), role).toBeLessThan(GRADIENT_TOLERANCE)
}

function trainableStudent(): Trainable {
  const student = createStudent(gpu, teacher, config.student_layers)
  const trainable = createTrainable(gpu, student)
  releaseModel(gpu, student)
  return trainable
}

describe('one layer distilled from tiny-bert', () => {
  test('has PyTorch’s gradient for every weight at the first step, and gives all memory back', async () => {
    const before = gpu.pool.ledger.now
    const trainable = trainableStudent()
    const { model, gradients } = trainable
    const lossOut = createTensor(gpu, 'f32', [2], 'test')
    const data = makeBatch(0)
    const target = { weights: settings, gradients: gradients.tensors, lossOut }
    await gpu.scope(() => distillationStep(gpu, model, data, target))
    await expectGradients(model, gradients.tensors, 'grad')
    expect((await read(gpu, lossOut))[0]).toBeCloseTo(golden.steps[0].loss, 3)
    releaseData(data)
    release(gpu, lossOut)
    releaseTrainable(gpu, trainable)
    expect(gpu.pool.ledger.now).toBe(before)
  })

  test('has PyTorch’s gradients in mid-training, where hidden states differ', async () => {
    const trainable = trainableStudent()
    const { model, gradients } = trainable
    for (const [role, values] of await goldenByRole(model, 'mid_weight'))
      write(gpu, denseOf(model, role as never), Float32Array.from(values))
    const lossOut = createTensor(gpu, 'f32', [2], 'test')
    const data = makeBatch(config.mid_step)
    const target = { weights: settings, gradients: gradients.tensors, lossOut }
    await gpu.scope(() => distillationStep(gpu, model, data, target))
    await expectGradients(model, gradients.tensors, 'mid_grad')
    releaseData(data)
    release(gpu, lossOut)
    releaseTrainable(gpu, trainable)
  })

  test('has PyTorch’s losses and gradient norms over ten steps, and its weights after them', async () => {
    const trainable = trainableStudent()
    const { model, gradients } = trainable
    const [lossOut, norm] = [createTensor(gpu, 'f32', [2], 'test'), createTensor(gpu, 'f32', [2], 'test')]
    for (const [step, expected] of golden.steps.entries()) {
      const data = makeBatch(step)
      const learningRate = learningRateAt(step, golden.steps.length, settings)
      await gpu.scope(() => {
        distillationStep(gpu, model, data, { weights: settings, gradients: gradients.tensors, lossOut })
        const { weightDecay, clipNorm } = settings
        optimizerStep(gpu, trainable, norm, { step: step + 1, learningRate, weightDecay, clipNorm })
      })
      const loss = (await read(gpu, lossOut))[0]!
      expect(Math.abs(loss / expected.loss - 1), `loss of step ${step}`).toBeLessThan(LOSS_TOLERANCE)
      const [gradientNorm, flag] = await read(gpu, norm)
      expect(flag).toBe(0)
      expect(Math.abs(gradientNorm! / expected.grad_norm - 1)).toBeLessThan(LOSS_TOLERANCE)
      releaseData(data)
    }
    await expectFinalWeights(model)
    release(gpu, lossOut, norm)
    releaseTrainable(gpu, trainable)
  })
})

/** The key bias has a true gradient of 0, which Adam turns into noise of the learning rate's size. */
async function expectFinalWeights(student: Model): Promise<void> {
  const width = student.spec.layers[0]!.heads * student.spec.headSize
  for (const [role, expected] of await goldenByRole(student, 'final')) {
    const values = await read(gpu, denseOf(student, role as never))
    const isKeyBias = (i: number) => role.endsWith('qkv.bias') && i >= width && i < 2 * width
    const compared = [...values.keys()].filter((i) => !isKeyBias(i))
    const error = maxError(
      compared.map((i) => values[i]!),
      compared.map((i) => expected[i]!),
    )
    expect(error, role).toBeLessThan(GRADIENT_TOLERANCE)
  }
}

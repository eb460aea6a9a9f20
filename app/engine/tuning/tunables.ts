// What is tuned: kernels with several forms that give the same bits, and a product of a typical shape to time each form on.
import {
  ATTENTION_CHOICE,
  attentionForms,
  attentionForward,
  attentionSources,
} from '../../../kernels/attention/attention.ts'
import {
  GEMM_INT8_CHOICE,
  gemmInt8,
  gemmInt8Forms,
  gemmInt8Sources,
} from '../../../kernels/gemm-int8/gemm-int8.ts'
import { type MatmulForm, matmul } from '../../../kernels/matmul/matmul.ts'
import { matmulSources, matmulTiles, type ProductSize, tileChoice } from '../../../kernels/matmul/tiles.ts'
import { type Gpu, runsOnCpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, release, type Tensor, upload } from '../../../kernels/runtime/tensor.ts'
import { randomAt } from '../base/random.ts'

/** Something that is launched in the form that `gpu.choices` names. */
export interface Probe {
  readonly launch: () => void
  readonly out: Tensor<'f32'>
  readonly release: () => void
}

export interface Tunable {
  /** Its key in `gpu.choices`. */
  readonly choice: string
  /** The default first. */
  readonly forms: (gpu: Gpu) => readonly string[]
  readonly open: (gpu: Gpu) => Probe
}

/** WGSL of everything tuned: what was found holds for these sources only. */
export const TUNED_SOURCES: readonly string[] = [...matmulSources, ...gemmInt8Sources, ...attentionSources]

interface Sizes {
  readonly rows: number
  readonly cols: number
  readonly inner: number
}

/** Large enough to fill the adapter, small enough to take a few milliseconds. */
function sizesOf({ adapter }: Gpu): Sizes {
  return runsOnCpu(adapter) ? { rows: 64, cols: 256, inner: 256 } : { rows: 512, cols: 768, inner: 768 }
}

const PRODUCT_SIZES: Record<ProductSize, (gpu: Gpu) => Sizes> = {
  'few rows': (gpu) => ({ ...sizesOf(gpu), rows: 1 }),
  'many rows': sizesOf,
  large: (gpu) => ({ ...sizesOf(gpu), rows: 4 * sizesOf(gpu).rows }),
}

function matmulTunable(form: MatmulForm, size: ProductSize): Tunable {
  return {
    choice: tileChoice(form, size),
    forms: (gpu) => matmulTiles(gpu, size),
    open: (gpu) => {
      const shape = { ...PRODUCT_SIZES[size](gpu), form }
      const inputs = {
        a: floats(gpu, shape.rows * shape.inner, 1),
        b: floats(gpu, shape.inner * shape.cols, 2),
      }
      const out = createTensor(gpu, 'f32', [shape.rows, shape.cols], OWNER)
      return probe(gpu, inputs, out, () => matmul(gpu, { ...inputs, out }, shape))
    },
  }
}

const gemmInt8Tunable: Tunable = {
  choice: GEMM_INT8_CHOICE,
  forms: gemmInt8Forms,
  open: (gpu) => {
    const shape = sizesOf(gpu)
    const inputs = {
      codesA: words(gpu, (shape.rows * shape.inner) / 4, 1),
      codesW: words(gpu, (shape.cols * shape.inner) / 4, 2),
      scalesA: floats(gpu, shape.rows, 3),
      scalesW: floats(gpu, shape.cols, 4),
    }
    const out = createTensor(gpu, 'f32', [shape.rows, shape.cols], OWNER)
    return probe(gpu, inputs, out, () => gemmInt8(gpu, { ...inputs, out }, shape))
  },
}

const attentionTunable: Tunable = {
  choice: ATTENTION_CHOICE,
  forms: attentionForms,
  open: (gpu) => {
    const sizes = { batch: runsOnCpu(gpu.adapter) ? 2 : 32, tokens: 64, heads: 4, headSize: 64 }
    const rows = sizes.batch * sizes.tokens
    const width = sizes.heads * sizes.headSize
    const inputs = {
      qkv: floats(gpu, rows * 3 * width, 1),
      mask: upload(gpu, 'u32', new Uint32Array(rows).fill(1), { owner: OWNER }),
      logSumExp: createTensor(gpu, 'f32', [sizes.batch, sizes.heads, sizes.tokens], OWNER),
    }
    const out = createTensor(gpu, 'f32', [rows, width], OWNER)
    return probe(gpu, inputs, out, () => attentionForward(gpu, { ...inputs, out }, sizes))
  },
}

/** In the order in which a training gains most. */
export const TUNABLES: readonly Tunable[] = [
  matmulTunable('NT', 'many rows'),
  matmulTunable('NN', 'many rows'),
  matmulTunable('TN', 'many rows'),
  attentionTunable,
  gemmInt8Tunable,
  matmulTunable('NT', 'large'),
  matmulTunable('NN', 'large'),
  matmulTunable('TN', 'large'),
  matmulTunable('NT', 'few rows'),
  matmulTunable('NN', 'few rows'),
]

const OWNER = 'tuning'

const floats = (gpu: Gpu, count: number, seed: number) =>
  upload(
    gpu,
    'f32',
    Float32Array.from({ length: count }, (_, i) => randomAt(seed, i) - 0.5),
    { owner: OWNER },
  )

const words = (gpu: Gpu, count: number, seed: number) =>
  upload(
    gpu,
    'u32',
    Uint32Array.from({ length: count }, (_, i) => Math.floor(randomAt(seed, i) * 2 ** 32)),
    { owner: OWNER },
  )

function probe(gpu: Gpu, inputs: Record<string, Tensor>, out: Tensor<'f32'>, launch: () => void): Probe {
  return { launch, out, release: () => release(gpu, ...Object.values(inputs), out) }
}

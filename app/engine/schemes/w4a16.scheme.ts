// W4A16: weights INT4 per group along the input, activations stay float. Saves storage; arithmetic is F32.
import { packInt4 } from '../../../kernels/quantize/quantize.ts'
import { createTensor } from '../../../kernels/runtime/tensor.ts'
import type { Scheme } from './scheme.ts'

const w4a16: Scheme = {
  id: 'W4A16',
  label: 'INT4',
  help: 'INT4 weights in groups with one scale each; arithmetic stays F32. About seven times smaller than FP32.',
  bits: 4,
  isGrouped: true,
  pack(gpu, matrix, groupSize) {
    const [rows = 0, cols = 0] = matrix.shape
    const groups = Math.ceil(cols / groupSize)
    const codes = createTensor(gpu, 'u32', [rows, (groups * groupSize) / 8], 'weights')
    const scales = createTensor(gpu, 'f32', [rows, groups], 'weights')
    packInt4(gpu, { x: matrix, codes, scales }, { rows, cols, groupSize })
    return { kind: 'int4', codes, scales, shape: matrix.shape, groupSize }
  },
}

export default w4a16

// W8A8 dynamic: weights INT8 per output channel, activations INT8 per token at run time, integer products.
import { quantizeRows } from '../../../kernels/quantize/quantize.ts'
import { createTensor } from '../../../kernels/runtime/tensor.ts'
import type { Scheme } from './scheme.ts'

const w8a8Dynamic: Scheme = {
  id: 'W8A8_DYNAMIC',
  label: 'INT8',
  help: 'INT8 weights and INT8 activations, multiplied as integers. Four times smaller than FP32.',
  bits: 8,
  isGrouped: false,
  pack(gpu, matrix) {
    const [rows = 0, cols = 0] = matrix.shape
    const codes = createTensor(gpu, 'u32', [rows, Math.ceil(cols / 4)], 'weights')
    const scales = createTensor(gpu, 'f32', [rows], 'weights')
    quantizeRows(gpu, { x: matrix, codes, scales }, { rows, cols })
    return { kind: 'int8', codes, scales, shape: matrix.shape }
  },
}

export default w8a8Dynamic

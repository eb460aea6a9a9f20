// W8A8 dynamic: weights INT8 per output channel, activations INT8 per token at run time, integer products.
import { packInt8Rows } from './int8-rows.ts'
import type { Scheme } from './scheme.ts'

const w8a8Dynamic: Scheme = {
  id: 'W8A8_DYNAMIC',
  label: 'INT8',
  help: 'INT8 weights and INT8 activations, multiplied as integers. Four times smaller than FP32.',
  bits: 8,
  isGrouped: false,
  pack: packInt8Rows,
}

export default w8a8Dynamic

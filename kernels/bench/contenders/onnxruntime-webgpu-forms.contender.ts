// ONNX Runtime Web on WebGPU in its other forms: MatMulNBits with activations in 8 bits, where it may use packed dot products, and
// attention as one operator.
import { onnxRuntimeOnGpu } from './onnxruntime-webgpu.contender.ts'

const FORMS = { accuracy: 4, attention: 'fused' } as const

export default onnxRuntimeOnGpu('ORT webgpu, A8 or fused', FORMS, ['quantized', 'attention'])

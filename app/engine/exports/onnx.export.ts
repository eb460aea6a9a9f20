// ONNX: one graph with the weights inside, in the places where transformers.js looks for them.
import { StudioError } from '../base/errors.ts'
import { encoderGraph } from './encoder-graph.ts'
import type { ExportFormat, FormatPrecision } from './export.ts'
import { FLOAT_FORM, type GraphForm, INT4_FORM, INT8_FORM } from './linear-forms.ts'

interface Precision extends FormatPrecision {
  readonly file: string
  readonly form: GraphForm
}

const PRECISIONS: readonly Precision[] = [
  {
    id: 'fp32',
    label: 'FP32',
    help: 'Full precision: the largest file, right everywhere.',
    runsOn: 'ONNX Runtime on CPUs and GPUs, Transformers.js on wasm and WebGPU',
    // Sums in another order change the class only of a row whose two best logits are equal to six digits.
    leastAgreement: 0.995,
    file: 'onnx/model.onnx',
    form: FLOAT_FORM,
  },
  {
    id: 'q8',
    label: 'INT8, dynamic',
    help: 'Integer arithmetic on CPUs, a quarter of the size. On WebGPU these layers fall back to the CPU.',
    runsOn: 'ONNX Runtime on CPUs, Transformers.js on wasm',
    // Activations are rounded once per tensor there and once per token here, which decides close rows differently.
    leastAgreement: 0.9,
    file: 'onnx/model_quantized.onnx',
    form: INT8_FORM,
  },
  {
    id: 'q4',
    label: 'INT4, weights only',
    help: 'The smallest file, for WebGPU and CPUs: linear weights at 4 bits, word embeddings at 8.',
    runsOn: 'ONNX Runtime on CPUs, Transformers.js on wasm and WebGPU',
    leastAgreement: 0.98,
    file: 'onnx/model_q4.onnx',
    form: INT4_FORM,
  },
]

function precisionOf(id: string): Precision {
  const found = PRECISIONS.find((precision) => precision.id === id)
  if (found) return found
  const known = PRECISIONS.map((precision) => precision.id).join(', ')
  throw new StudioError('recipe-invalid', `export precision ${id} is not one of ONNX’s: ${known}.`)
}

const onnx: ExportFormat = {
  id: 'onnx',
  label: 'ONNX',
  help: 'Runs in transformers.js, ONNX Runtime and everything built on it.',
  precisions: PRECISIONS,
  fileOf: (_, precision) => precisionOf(precision).file,
  async write({ model }, precision, folder) {
    const { file, form } = precisionOf(precision)
    const parts = (await encoderGraph(model, form)).finish()
    const sink = await folder.create(file)
    let bytes = 0
    try {
      for (const part of parts) {
        await sink.write(part)
        bytes += part.length
      }
      await sink.close()
    } catch (error) {
      await sink.abort()
      throw error
    }
    return { file, bytes }
  },
}

export default onnx

// Runs exported ONNX files on the CPU in Node, to check them.
import { env, InferenceSession, Tensor } from 'onnxruntime-node'
import { StudioError } from '../base/errors.ts'
import type { InferenceRuntime, OpenedModel } from '../exports/verify.ts'
import { logitsOf } from './onnx-logits.ts'

/** ONNX Runtime's CPU provider, errors only on its log. @throws StudioError `export-mismatch` when a file does not open. */
export function onnxRuntimeNode(): InferenceRuntime {
  return { name: `onnxruntime-node ${env.versions.node}`, open }
}

const int64 = (values: BigInt64Array, shape: readonly number[]) => new Tensor('int64', values, shape)

async function open(bytes: Uint8Array): Promise<OpenedModel> {
  const session = await createSession(bytes)
  return {
    async run(batch) {
      const logits = await logitsOf(session, batch, int64)
      if (logits) return logits
      throw new StudioError('export-mismatch', `The model has no F32 output logits: ${session.outputNames}.`)
    },
    close: () => session.release(),
  }
}

async function createSession(bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, { executionProviders: ['cpu'], logSeverityLevel: 3 })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StudioError('export-mismatch', `ONNX Runtime does not open the exported file: ${reason}`)
  }
}

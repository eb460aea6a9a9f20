// Runs exported ONNX files on the CPU in Node, to check them.
import { env, InferenceSession, Tensor } from 'onnxruntime-node'
import { StudioError } from '../base/errors.ts'
import type { InferenceRuntime, OpenedModel, RuntimeBatch } from '../exports/verify.ts'

/** ONNX Runtime's CPU provider, errors only on its log. @throws StudioError `export-mismatch` when a file does not open. */
export function onnxRuntimeNode(): InferenceRuntime {
  return { name: `onnxruntime-node ${env.versions.node}`, open }
}

async function open(bytes: Uint8Array): Promise<OpenedModel> {
  const session = await createSession(bytes)
  return {
    async run(batch) {
      const outputs = await session.run(feeds(session, batch))
      const logits = outputs.logits?.data
      if (logits instanceof Float32Array) return logits
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

function feeds(session: InferenceSession, { ids, mask, batch, tokens }: RuntimeBatch) {
  const shape = [batch, tokens]
  const values: Record<string, BigInt64Array> = {
    input_ids: BigInt64Array.from(ids, BigInt),
    attention_mask: BigInt64Array.from(mask, BigInt),
    token_type_ids: new BigInt64Array(ids.length),
  }
  return Object.fromEntries(
    session.inputNames.map((name) => [
      name,
      new Tensor('int64', values[name] ?? new BigInt64Array(0), shape),
    ]),
  )
}

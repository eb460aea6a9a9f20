// Failures of the machine's GPU, as a closed set of codes.

export type GpuErrorCode =
  | 'no-webgpu'
  | 'no-adapter'
  | 'device-lost'
  | 'gpu-memory'
  | 'gpu-limit'
  | 'gpu-invalid'

/** A GPU failure: `code` is stable, `message` names the thing and both numbers. */
export class GpuError extends Error {
  readonly code: GpuErrorCode
  constructor(code: GpuErrorCode, message: string) {
    super(message)
    this.name = 'GpuError'
    this.code = code
  }
}

/** Our own fault: a broken precondition, never a user's mistake. */
export function assert(condition: unknown, mustHold: string): asserts condition {
  if (!condition) throw new Error(`internal: expected ${mustHold}`)
}

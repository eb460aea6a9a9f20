// The adapter's limits, measured by probes in the same run as the kernels: what rates are a share of.
import { median, minimum } from '../statistics.ts'
import barrierSource from './barrier.wgsl?raw'
import { chainRate, fmaRoof, LANES } from './chain-rate.ts'
import copySource from './copy.wgsl?raw'
import dotSource from './dot4-i8.wgsl?raw'
import emptySource from './empty.wgsl?raw'
import halfSource from './fma-f16.wgsl?raw'
import { type Effort, makeProbe, secondsOf, THOROUGH } from './probe.ts'

/** Rates are the most of the samples, since other work can only lower them; times are their medians. */
export interface Roofs {
  /** F32 multiply-adds, two operations each, per second. */
  readonly fma: number
  /** Absent where the adapter has no `shader-f16`. */
  readonly f16?: number
  /** 8-bit multiply-adds by `dot4I8Packed`; absent where WGSL has no such function. */
  readonly dot4I8?: number
  /** Bytes read and written per second. */
  readonly copy: number
  /** Microseconds of one dispatch among many. */
  readonly dispatchUs: number
  /** Microseconds of submitting one dispatch and waiting for it. */
  readonly roundTripUs: number
  /** Nanoseconds of one barrier of a workgroup of 64, all processors busy. */
  readonly barrierNs: number
}

const PACKED_DOT = 'packed_4x8_integer_dot_product'
const COPY_BYTES = 2 ** 26

/** Measures on a device of its own, destroyed afterwards. Takes about 3 seconds, thoroughly done. */
export async function measureRoofs(api: GPU, effort: Effort = THOROUGH): Promise<Roofs> {
  const adapter = await api.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('no adapter to measure')
  const hasHalf = adapter.features.has('shader-f16')
  const device = await adapter.requestDevice({ requiredFeatures: hasHalf ? ['shader-f16'] : [] })
  try {
    const fma = await fmaRoof(device, effort)
    const half = hasHalf ? { f16: await chainRate(device, halfSource, effort) } : {}
    const hasDot = api.wgslLanguageFeatures.has(PACKED_DOT)
    const packed = hasDot ? { dot4I8: await chainRate(device, dotSource, effort) } : {}
    const copyGroups = COPY_BYTES / 16 / 256
    const copyProbe = { code: copySource, outBytes: COPY_BYTES, sourceBytes: COPY_BYTES, groups: copyGroups }
    const copySeconds = minimum(await secondsOf(device, copyProbe, effort))
    const empty = { code: emptySource, groups: 1, outBytes: 4 * LANES }
    const dispatchSeconds = median(await secondsOf(device, empty, effort))
    const [groups, rounds] = [64, 256]
    const probe = { code: barrierSource, groups, rounds, outBytes: 4 * groups * LANES }
    const barrierSeconds = median(await secondsOf(device, probe, effort)) / (2 * rounds * groups)
    return {
      fma,
      ...half,
      ...packed,
      copy: (2 * COPY_BYTES) / copySeconds,
      dispatchUs: dispatchSeconds * 1e6,
      roundTripUs: (await roundTripMs(device)) * 1e3,
      barrierNs: barrierSeconds * 1e9,
    }
  } finally {
    device.destroy()
  }
}

async function roundTripMs(device: GPUDevice): Promise<number> {
  const { buffers, encode } = makeProbe(device, { code: emptySource, outBytes: 4 * LANES })
  const samples: number[] = []
  for (let i = 0; i < 30; i++) {
    const from = performance.now()
    encode(1, 1)
    await device.queue.onSubmittedWorkDone()
    samples.push(performance.now() - from)
  }
  for (const buffer of buffers) buffer.destroy()
  return median(samples)
}

/** The better of two measurements of one adapter, roof by roof: what else the machine did can only have made it worse. */
export function bestRoofs(first: Roofs, second: Roofs): Roofs {
  const most = (a: number | undefined, b: number | undefined) => Math.max(a ?? 0, b ?? 0)
  return {
    fma: most(first.fma, second.fma),
    ...(first.f16 === undefined ? {} : { f16: most(first.f16, second.f16) }),
    ...(first.dot4I8 === undefined ? {} : { dot4I8: most(first.dot4I8, second.dot4I8) }),
    copy: most(first.copy, second.copy),
    dispatchUs: Math.min(first.dispatchUs, second.dispatchUs),
    roundTripUs: Math.min(first.roundTripUs, second.roundTripUs),
    barrierNs: Math.min(first.barrierNs, second.barrierNs),
  }
}

// The adapter's limits, measured by probes in the same run as the kernels: what rates are a share of.
import { median } from '../statistics.ts'
import barrierSource from './barrier.wgsl?raw'
import copySource from './copy.wgsl?raw'
import dotSource from './dot4-i8.wgsl?raw'
import emptySource from './empty.wgsl?raw'
import fmaSource from './fma.wgsl?raw'
import halfSource from './fma-f16.wgsl?raw'

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

const SAMPLES = 7
const SAMPLE_MS = 50
const LANES = 64
const CHAINS = 8
const PACKED_DOT = 'packed_4x8_integer_dot_product'
const STORAGE_USAGE = 0x80
const COPY_BYTES = 2 ** 26

interface Probe {
  readonly code: string
  readonly groups: number
  readonly outBytes: number
  /** Bytes of a second, read-only buffer. */
  readonly sourceBytes?: number
  readonly rounds?: number
}

/** Seconds of one dispatch of a probe: median of samples of SAMPLE_MS. */
async function secondsOf(device: GPUDevice, probe: Probe): Promise<number> {
  const { buffers, encode } = makeProbe(device, probe)
  const timed = async (count: number) => {
    const from = performance.now()
    encode(count)
    await device.queue.onSubmittedWorkDone()
    return performance.now() - from
  }
  await timed(1)
  let count = 1
  for (let took = await timed(1); took < SAMPLE_MS && count < 4096; took = await timed(count)) count *= 2
  const samples: number[] = []
  for (let i = 0; i < SAMPLES; i++) samples.push((await timed(count)) / count)
  for (const buffer of buffers) buffer.destroy()
  return median(samples) / 1000
}

function makeProbe(device: GPUDevice, { code, groups, outBytes, sourceBytes, rounds }: Probe) {
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: {
      module: device.createShaderModule({ code }),
      constants: rounds === undefined ? {} : { ROUNDS: rounds },
    },
  })
  const sizes = [outBytes, ...(sourceBytes ? [sourceBytes] : [])]
  const buffers = sizes.map((size) => device.createBuffer({ size, usage: STORAGE_USAGE }))
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  })
  const encode = (count: number) => {
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    for (let i = 0; i < count; i++) pass.dispatchWorkgroups(groups)
    pass.end()
    device.queue.submit([encoder.finish()])
  }
  return { buffers, encode }
}

/** Operations per second of a chain of `width`-wide multiply-adds. */
async function chainRate(device: GPUDevice, code: string, width: number): Promise<number> {
  const groups = 256
  const rounds = 512
  const seconds = await secondsOf(device, { code, groups, rounds, outBytes: 4 * groups * LANES })
  return (2 * width * CHAINS * rounds * groups * LANES) / seconds
}

/** Measures on a device of its own, destroyed afterwards. Takes about 3 seconds. */
export async function measureRoofs(api: GPU): Promise<Roofs> {
  const adapter = await api.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('no adapter to measure')
  const hasHalf = adapter.features.has('shader-f16')
  const device = await adapter.requestDevice({ requiredFeatures: hasHalf ? ['shader-f16'] : [] })
  try {
    const fma = await chainRate(device, fmaSource, 4)
    const half = hasHalf ? { f16: await chainRate(device, halfSource, 4) } : {}
    const hasDot = api.wgslLanguageFeatures.has(PACKED_DOT)
    const packed = hasDot ? { dot4I8: await chainRate(device, dotSource, 4) } : {}
    const copyGroups = COPY_BYTES / 16 / 256
    const copyProbe = { code: copySource, outBytes: COPY_BYTES, sourceBytes: COPY_BYTES, groups: copyGroups }
    const copySeconds = await secondsOf(device, copyProbe)
    const empty = { code: emptySource, groups: 1, outBytes: 4 * LANES }
    const dispatchSeconds = await secondsOf(device, empty)
    const [groups, rounds] = [64, 256]
    const probe = { code: barrierSource, groups, rounds, outBytes: 4 * groups * LANES }
    const barrierSeconds = (await secondsOf(device, probe)) / (2 * rounds * groups)
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
  const { buffers, encode } = makeProbe(device, { code: emptySource, groups: 1, outBytes: 4 * LANES })
  const samples: number[] = []
  for (let i = 0; i < 30; i++) {
    const from = performance.now()
    encode(1)
    await device.queue.onSubmittedWorkDone()
    samples.push(performance.now() - from)
  }
  for (const buffer of buffers) buffer.destroy()
  return median(samples)
}

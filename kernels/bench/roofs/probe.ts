// Times a probe: one shader dispatched again and again until a sample is long enough.
/** How long a measurement may take: fewer and shorter samples are quicker and noisier. */
export interface Effort {
  readonly samples: number
  readonly sampleMs: number
  /** No sample but the first begins later than this after the start. */
  readonly mostMs?: number
}

export const THOROUGH: Effort = { samples: 7, sampleMs: 50 }

export interface Probe {
  readonly code: string
  /** Workgroups of a dispatch. */
  readonly groups: number
  /** Workgroups of a dispatch where all of them would take longer than a sample may. */
  readonly leastGroups?: number
  /** Workgroups that a dispatch may grow to where `groups` of them take no longer than starting it does. */
  readonly mostGroups?: number
  readonly outBytes: number
  /** Bytes of a second, read-only buffer. */
  readonly sourceBytes?: number
  readonly rounds?: number
}

const STORAGE_USAGE = 0x80
const MOST_DISPATCHES = 4096
/** Starting a dispatch, a few microseconds on graphics cards, is lost in so many milliseconds. */
const LONG_DISPATCH_MS = 0.5

/** Seconds of one dispatch of all workgroups of a probe, a sample each. */
export async function secondsOf(
  device: GPUDevice,
  probe: Probe,
  { samples, sampleMs, mostMs = Number.POSITIVE_INFINITY }: Effort,
): Promise<number[]> {
  const until = performance.now() + mostMs
  const { buffers, encode } = makeProbe(device, probe)
  const timed = async (count: number, groups: number) => {
    const from = performance.now()
    encode(count, groups)
    await device.queue.onSubmittedWorkDone()
    return performance.now() - from
  }
  const { groups: all, leastGroups: least = all, mostGroups: most = all } = probe
  // The first one compiles.
  await timed(1, least)
  const isSlow = ((await timed(1, least)) * all) / least > 2 * sampleMs
  let groups = isSlow ? least : all
  while (2 * groups <= most && (await timed(8, groups)) < 8 * LONG_DISPATCH_MS) groups *= 2
  let count = 1
  for (let took = await timed(1, groups); took < sampleMs && count < MOST_DISPATCHES; ) {
    count *= 2
    took = await timed(count, groups)
  }
  const share = groups / all
  const seconds: number[] = []
  for (let i = 0; i < samples && (i === 0 || performance.now() < until); i++)
    seconds.push((await timed(count, groups)) / count / share / 1000)
  for (const buffer of buffers) buffer.destroy()
  return seconds
}

/** A probe's buffers, and what submits so many dispatches of it. */
export function makeProbe(device: GPUDevice, { code, outBytes, sourceBytes, rounds }: Omit<Probe, 'groups'>) {
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
  const encode = (count: number, groups: number) => {
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

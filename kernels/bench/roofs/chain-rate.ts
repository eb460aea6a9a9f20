// Operations a second of independent chains of multiply-adds: the roof that products are a share of.
import { minimum } from '../statistics.ts'
import fmaSource from './fma.wgsl?raw'
import { type Effort, secondsOf } from './probe.ts'

export const LANES = 64
/** Chains of a shader, and multiply-adds of each: `ROUNDS` there. */
const CHAINS = 4
const GROUPS = 256
/** Enough for the processors of an adapter that is slow. */
const LEAST_GROUPS = 16
/** Enough to keep the processors of a large graphics card busy for much longer than a dispatch takes to start. */
const MOST_GROUPS = 2 ** 14
const ROUNDS = 512
/** Numbers or bytes that one multiply-add of a chain takes at once. */
const WIDTH = 4

/** Operations per second, two a multiply-add, of a shader with 4 chains that are 4 wide: the most of the samples. */
export async function chainRate(device: GPUDevice, code: string, effort: Effort): Promise<number> {
  const counts = { groups: GROUPS, leastGroups: LEAST_GROUPS, mostGroups: MOST_GROUPS }
  const sizes = { ...counts, rounds: ROUNDS, outBytes: 4 * MOST_GROUPS * LANES }
  const seconds = minimum(await secondsOf(device, { code, ...sizes }, effort))
  return (2 * WIDTH * CHAINS * ROUNDS * GROUPS * LANES) / seconds
}

/** The roof of F32 products in FLOP/s, measured on this device. */
export function fmaRoof(device: GPUDevice, effort: Effort): Promise<number> {
  return chainRate(device, fmaSource, effort)
}

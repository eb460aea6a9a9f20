// What a device does: its roofs, and our own kernels beside them.

import type { Roofs } from '../../../kernels/bench/roofs/measure-roofs.ts'

/** The most that the device does, measured by probes. */
export type DeviceRoofs = Roofs

/** A kernel, or a whole model, on one size of input. */
export interface KernelMeasurement {
  readonly name: string
  /** Why the rest is absent: it does not run here, or its result is wrong. */
  readonly fault?: string
  /** Median and least milliseconds of one repetition. */
  readonly median?: number
  readonly least?: number
  /** In the family's unit. */
  readonly rate?: number
  /** Of the roof that bounds it, 0–1. */
  readonly shareOfRoof?: number
  /** Largest error against F64, as a share of what is allowed. */
  readonly error?: number
}

export interface KernelFamily {
  readonly title: string
  /** `GFLOP/s` */
  readonly unit: string
  readonly cases: readonly KernelMeasurement[]
}

export interface DeviceReport {
  readonly adapter: string
  readonly browser: string
  readonly processors: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** How long it took. */
  readonly seconds: number
  /** Samples of a time. */
  readonly rounds: number
  /** Measurements left out because time was up. */
  readonly skipped: number
  readonly roofs: DeviceRoofs
  readonly families: readonly KernelFamily[]
  /** The whole as the benchmark reports it. */
  readonly markdown: string
  readonly json: string
}

// The roofs of a device in words and units.
import type { DeviceRoofs } from '../../engine/protocol.ts'
import { bytes, figures, flops, rate } from '../ui/format.ts'
import { words } from '../words.ts'

export function roofRows({ fma, f16, dot4I8, copy, dispatchUs, roundTripUs, barrierNs }: DeviceRoofs) {
  const { roofNames, none, micro, nano } = words.device
  const values: Readonly<Record<keyof typeof roofNames, string>> = {
    fma: flops(fma),
    f16: f16 === undefined ? none : flops(f16),
    dot4I8: dot4I8 === undefined ? none : rate(dot4I8 / 1e9, 'GOP'),
    copy: `${bytes(copy)}/s`,
    dispatch: micro(figures(dispatchUs)),
    roundTrip: micro(figures(roundTripUs)),
    barrier: nano(figures(barrierNs)),
  }
  const keys = Object.keys(values) as (keyof typeof values)[]
  return keys.map((key) => ({ key, cells: [roofNames[key], values[key]] }))
}

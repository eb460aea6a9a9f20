// The latency axis holds every sample and both waits, in order.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { latencyScale } from './latency-scale.ts'
import { LEAVE_MS, NOTICED_MS } from './sources.ts'

it('places samples, waits and ticks between its ends, the longer to the right', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 40 }),
      (samples) => {
        const { place, ticks } = latencyScale(samples)
        const times = [...samples, ...ticks, NOTICED_MS, LEAVE_MS].sort((a, b) => a - b)
        const places = times.map(place)
        for (const at of places) expect(at >= 0 && at <= 1).toBe(true)
        expect(places).toEqual([...places].sort((a, b) => a - b))
      },
    ),
  )
})

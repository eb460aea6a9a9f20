// Where the benchmark runs in tests: on the device that tests use, without files beside it.
import { expect } from 'vitest'
import { createDawn } from '../runtime/node-dawn.ts'
import type { BenchHost } from './contender.ts'

export const testHost: BenchHost = {
  gpu: createDawn(),
  address: (path) => path,
  readFile: async (path) => expect.unreachable(path),
  versions: {},
  platform: { runtime: 'test', driver: '', processors: 1 },
  log: () => {},
}

// Tables change roles or go, and the other one is never lost.
import { describe, expect, it } from 'vitest'
import { arrangeTables } from './arrange.ts'

const table = (name: string) => ({ name, columns: ['text'], rows: [['x']] })
const [train, test] = [table('train.csv'), table('test.csv')]

describe('arrangeTables', () => {
  it.each([
    ['moves a lone table', { train }, 'train', 'move', { test: train }],
    ['moves it back', { test: train }, 'test', 'move', { train }],
    ['lets two tables change places', { train, test }, 'test', 'move', { train: test, test: train }],
    ['removes one of two', { train, test }, 'train', 'remove', { test }],
    ['removes the last one', { test }, 'test', 'remove', {}],
    ['changes nothing where there is no such table', { test }, 'train', 'remove', { test }],
  ] as const)('%s', (_, given, role, action, expected) => {
    expect(arrangeTables(given, role, action)).toEqual(expected)
  })
})

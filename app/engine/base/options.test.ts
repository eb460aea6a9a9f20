// Options: defaults are filled in, every kind of value is checked, and refusals name the key, the value and what is allowed.
import { describe, expect, it } from 'vitest'
import { failureOf } from '../formats/testing.ts'
import { checkOptions, defaultValues, type OptionDefinition } from './options.ts'

const named = { label: 'A label', help: 'Some help.' }
const choices = (...values: string[]) => values.map((value) => ({ value, label: value }))
const OPTIONS: readonly OptionDefinition[] = [
  { ...named, key: 'rate', kind: 'number', default: 0.3, min: 0, max: 0.9, step: 0.05 },
  { ...named, key: 'epochs', kind: 'integer', default: 5, min: 1, max: 100, step: 1 },
  {
    ...named,
    key: 'size',
    kind: 'choice',
    default: 64,
    choices: [32, 64].map((value) => ({ value, label: '' })),
  },
  { ...named, key: 'targets', kind: 'set', default: ['a'], choices: choices('a', 'b') },
  { ...named, key: 'student_layers', kind: 'layers', default: [] },
  { ...named, key: 'ignore', kind: 'names', default: [] },
]
const DEFAULTS = { rate: 0.3, epochs: 5, size: 64, targets: ['a'], student_layers: [], ignore: [] }

describe('checkOptions', () => {
  it('fills in what is not given', () => {
    expect(defaultValues(OPTIONS)).toEqual(DEFAULTS)
    expect(checkOptions(OPTIONS, {}, 'here')).toEqual(DEFAULTS)
    expect(checkOptions(OPTIONS, { rate: undefined }, 'here')).toEqual(DEFAULTS)
  })

  it.each([
    ['rate', 0],
    ['rate', 0.9],
    ['rate', 0.123],
    ['epochs', 1],
    ['epochs', 100],
    ['size', 32],
    ['targets', ['b', 'a']],
    ['student_layers', [0, 2, 5]],
    ['student_layers', []],
    ['ignore', ['classifier']],
  ])('accepts %s %j', (key, value) => {
    expect(checkOptions(OPTIONS, { [key]: value }, 'here')).toEqual({ ...DEFAULTS, [key]: value })
  })

  it.each([
    ['rate', 0.91, 'a number from 0 to 0.9'],
    ['rate', -0.1, 'a number from 0 to 0.9'],
    ['rate', Number.NaN, 'a number from 0 to 0.9'],
    ['rate', '0.3', 'a number from 0 to 0.9'],
    ['rate', null, 'a number from 0 to 0.9'],
    ['epochs', 1.5, 'a whole number from 1 to 100'],
    ['epochs', 0, 'a whole number from 1 to 100'],
    ['epochs', 101, 'a whole number from 1 to 100'],
    ['size', 48, '32, 64'],
    ['size', '64', '32, 64'],
    ['targets', [], 'a list of a, b'],
    ['targets', ['c'], 'a list of a, b'],
    ['targets', 'a', 'a list of a, b'],
    ['student_layers', [1, 0], 'a list of layer numbers, increasing'],
    ['student_layers', [1, 1], 'a list of layer numbers, increasing'],
    ['student_layers', [-1], 'a list of layer numbers, increasing'],
    ['student_layers', [0.5], 'a list of layer numbers, increasing'],
    ['student_layers', 2, 'a list of layer numbers, increasing'],
    ['ignore', 'classifier', 'a list of names'],
    ['ignore', [1], 'a list of names'],
  ])('refuses %s %j', async (key, value, allowed) => {
    const { code, message } = await failureOf(() => checkOptions(OPTIONS, { [key]: value }, 'stages[0]'))
    expect(code).toBe('option-invalid')
    expect(message).toBe(`stages[0]: "${key}" is ${JSON.stringify(value)}; allowed is ${allowed}.`)
  })

  it('refuses an unknown key, listing the known ones', async () => {
    const { code, message } = await failureOf(() => checkOptions(OPTIONS, { rates: 1 }, 'stages[0]'))
    expect(code).toBe('option-invalid')
    expect(message).toBe(
      'stages[0]: unknown key "rates"; allowed are rate, epochs, size, targets, student_layers, ignore.',
    )
  })

  it('refuses keys that are named like properties of every object', async () => {
    const { message } = await failureOf(() => checkOptions(OPTIONS, { constructor: 1 }, 'here'))
    expect(message).toContain('unknown key "constructor"')
  })
})

// Strict JSON: what is accepted equals JSON.parse, and each fault is named with its line.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_JSON_DEPTH, parseJson, parseJsonObject } from './json.ts'
import { failureOf } from './testing.ts'

describe('parseJson', () => {
  it('reads back every JSON value as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom('', '\n'), (text, space) => {
        const spaced = space + text + space
        expect(parseJson(spaced, 'x.json')).toEqual(JSON.parse(spaced))
      }),
      { numRuns: 500 },
    )
  })

  it('agrees with JSON.parse about which damaged texts are JSON', () => {
    const base = '{"a": [1, -2.5e3, "x\\u0041\\n"], "b": {"c": null, "d": true}}'
    fc.assert(
      fc.property(fc.nat(base.length - 1), fc.constantFrom(...'{}[],:"\\0-.ex \n'), (at, char) => {
        const text = base.slice(0, at) + char + base.slice(at + 1)
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          expect(() => parseJson(text, 'x')).toThrow('x, line ')
          return
        }
        expect(parseJson(text, 'x')).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  const cases: [what: string, text: string, parts: string[]][] = [
    ['a duplicate key', '{\n"a": 1,\n"a": 2}', ['line 3', '"a"', 'second time']],
    ['a duplicate key in another spelling', '{"ab": 1, "\\u0061b": 2}', ['line 1', '"ab"']],
    ['a duplicate __proto__', '{"__proto__": 1, "__proto__": 2}', ['"__proto__"']],
    ['an empty text', '', ['line 1', 'no value', 'end of the file']],
    ['an unclosed string', '{"a": "b', ['no complete string']],
    ['a raw newline in a string', '"a\nb"', ['no complete string']],
    ['a bad escape', '"\\x"', ['no complete string']],
    ['a trailing comma', '[1,\n2,\n]', ['line 3', 'no value']],
    ['a missing comma', '[1 2]', ['no ","']],
    ['a missing colon', '{"a" 1}', ['":"']],
    ['a key without quotes', '{a: 1}', ['no complete string']],
    ['text after the value', '{} x', ['after the end', '"x"']],
    ['a number that overflows', '[1e999]', ['1e999', 'too large']],
    ['a leading zero', '[01]', ['no ","']],
    ['NaN', '[NaN]', ['no value']],
    ['a byte order mark', '\ufeff{}', ['no value']],
    ['too many levels', '['.repeat(MAX_JSON_DEPTH + 1), ['64 levels']],
    ['a million levels', '{"a":'.repeat(1_000_000), ['64 levels']],
  ]
  it.each(cases)('refuses %s', async (_, text, parts) => {
    const { code, message } = await failureOf(() => parseJson(text, 'some.json'))
    expect(code).toBe('json-invalid')
    for (const part of ['some.json', ...parts]) expect(message).toContain(part)
  })

  it('accepts the deepest nesting that is allowed', () => {
    const text = '['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH)
    expect(parseJson(text, 'x')).toEqual(JSON.parse(text))
  })

  it('fails in linear time on a long unclosed string', async () => {
    const start = performance.now()
    await failureOf(() => parseJson(`"${'\\n'.repeat(500_000)}`, 'x'))
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('keeps a __proto__ key as data', () => {
    parseJson('{"__proto__": {"polluted": 1}}', 'x')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

describe('parseJsonObject', () => {
  it.each([['[]'], ['null'], ['3'], ['"x"']])('refuses %s', async (text) => {
    const { code, message } = await failureOf(() => parseJsonObject(text, 'some.json'))
    expect(code).toBe('json-invalid')
    expect(message).toContain('must hold an object')
  })
})

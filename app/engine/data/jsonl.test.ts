// JSON tables: values become fields, missing keys empty ones, and damage is named by its line.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../base/bytes.ts'
import { failureOf } from '../formats/testing.ts'
import { openTable } from './open-table.ts'

const open = (text: string, name = 't.jsonl') => openTable(memorySource(name, new TextEncoder().encode(text)))

describe('JSON tables', () => {
  const expected = {
    columns: ['text', 'label'],
    rows: [
      ['a', '3'],
      ['b', ''],
    ],
  }
  it.each([
    ['JSONL', 't.jsonl', '{"text":"a","label":3}\n{"text":"b","label":null}\n'],
    ['JSONL with blank lines and CRLF', 't.jsonl', '\r\n{"text":"a","label":3.0}\r\n\r\n{"text":"b"}'],
    ['JSONL under another name', 't.csv', '{"text":"a","label":3}\n{"text":"b"}\n'],
    ['JSONL without a name that tells', 'pasted', '{"text":"a","label":3}\n{"text":"b"}\n'],
    ['a list', 't.json', '[{"text": "a", "label": 3},\n {"text": "b"}]'],
    ['a list under another name', 'rows.txt', ' [ {"text": "a", "label": 3}, {"text": "b"} ]'],
  ])('reads %s', async (_, name, text) => {
    expect(await open(text, name)).toEqual({ name, ...expected })
  })

  it('writes whole numbers as plain digits, and keeps texts as they are', async () => {
    const values = '{"a":12,"b":-0.5,"c":1e21,"d":true,"e":" x\\r\\ny ","f":2.0}'
    expect((await open(values)).rows).toEqual([
      ['12', '-0.5', '1000000000000000000000', 'true', ' x\r\ny ', '2'],
    ])
  })

  it('takes columns in the order in which they appear, whatever the order of keys', async () => {
    const { columns, rows } = await open('{"b":1}\n{"a":2,"b":3}\n{"c":4}')
    expect(columns).toEqual(['b', 'a', 'c'])
    expect(rows).toEqual([
      ['1', '', ''],
      ['3', '2', ''],
      ['', '', '4'],
    ])
  })

  it('reads back any texts', async () => {
    const records = fc.array(fc.record({ text: fc.string(), __proto__: fc.string() }), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(records, async (given) => {
        const lines = given.map(({ text }) => JSON.stringify({ text, ['__proto__']: text }))
        const { rows } = await open(lines.join('\n'))
        expect(rows).toEqual(given.map(({ text }) => [text, text]))
      }),
    )
  })
})

describe('damaged JSON tables', () => {
  it.each([
    ['an empty file', 't.jsonl', '', ['no rows']],
    ['an empty list', 't.json', '[]', ['no rows']],
    ['objects without keys', 't.jsonl', '{}\n{}', ['2 objects']],
    ['a broken line', 't.jsonl', '{"a":1}\n\n{"a":', ['line 3', 'not valid JSON']],
    ['a line that is no object', 't.jsonl', '{"a":1}\n[1]', ['line 2', 'a list, not an object']],
    ['a nested value', 't.jsonl', '{"a":1}\n{"a":2,"b":{"c":1}}', ['line 2', '"b" holds an object']],
    ['a nested list', 't.json', '[{"a":1},{"a":[1]}]', ['row 2', '"a" holds a list']],
    ['a list of texts', 't.json', '["a"]', ['row 1', 'a string, not an object']],
    ['a broken list', 't.json', '[{"a":1},', ['not valid JSON']],
    ['too many keys', 't.jsonl', JSON.stringify({ ...new Array(1001).fill(0) }), ['1001', '1000']],
  ])('refuses %s', async (_, name, text, parts) => {
    const { code, message } = await failureOf(() => open(text, name))
    expect(code).toBe('data-invalid')
    for (const part of [name, ...parts]) expect(message).toContain(part)
  })
})

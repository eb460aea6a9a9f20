// CSV and TSV tables: dialects read alike, round trips, and damaged tables refused with row and counts.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../base/bytes.ts'
import { failureOf } from '../formats/testing.ts'
import { openTable } from './open-table.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const open = (text: string | Uint8Array<ArrayBuffer>) =>
  openTable(memorySource('t.csv', typeof text === 'string' ? encode(text) : text))

describe('dialects', () => {
  const expected = {
    name: 't.csv',
    columns: ['text', 'label'],
    rows: [
      ['a', 'b'],
      ['c; d', 'e'],
    ],
  }
  it.each([
    ['LF', 'text,label\na,b\nc; d,e\n'],
    ['no line end at the end', 'text,label\na,b\nc; d,e'],
    ['CRLF', 'text,label\r\na,b\r\nc; d,e\r\n'],
    ['CR', 'text,label\ra,b\rc; d,e\r'],
    ['mixed line ends', 'text,label\r\na,b\nc; d,e\r'],
    ['a byte order mark', '\ufefftext,label\na,b\nc; d,e\n'],
    ['quotes', '"text","label"\n"a","b"\n"c; d",e\n'],
    ['semicolons', 'text;label\na;b\n"c; d";e\n'],
    ['tabs', 'text\tlabel\na\tb\nc; d\te\n'],
    ['blank lines', 'text,label\n\na,b\n\n\nc; d,e\n\n'],
  ])('reads %s', async (_, text) => {
    expect(await open(text)).toEqual(expected)
  })

  it('keeps commas, quotes and line breaks in quoted fields', async () => {
    const { rows } = await open('text,label\n"a, ""b""\n\nc",x\n')
    expect(rows).toEqual([['a, "b"\n\nc', 'x']])
  })

  it('keeps a quoted empty text in a single column, and skips blank lines there', async () => {
    const { rows } = await open('text\nhello\n""\n\nworld\n')
    expect(rows).toEqual([['hello'], [''], ['world']])
  })

  it('keeps empty fields', async () => {
    expect((await open('text,label\n,\n')).rows).toEqual([['', '']])
  })

  it('takes a comma in a quoted column name for part of the name', async () => {
    expect((await open('"a,b,c";d\n1;2\n')).columns).toEqual(['a,b,c', 'd'])
  })

  it('keeps quotes that belong to the texts of a TSV, as GLUE’s files have them', async () => {
    const { rows } = await open('text\tlabel\n"Hello", he said.\t1\n"odd\t0\n')
    expect(rows).toEqual([
      ['"Hello", he said.', '1'],
      ['"odd', '0'],
    ])
  })

  it('takes a tab for the delimiter of a file named .tsv, whatever its header holds', async () => {
    const table = await openTable(memorySource('t.tsv', encode('a,b,c\td\n1,2\t3\n')))
    expect(table).toMatchObject({ columns: ['a,b,c', 'd'], rows: [['1,2', '3']] })
  })

  it('keeps a column named __proto__ as data', async () => {
    expect((await open('__proto__,text\nx,y\n')).columns).toEqual(['__proto__', 'text'])
  })
})

describe('round trips', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', ';', '\t', '"', '\n', 'é', '🙂') })
  const quote = (value: string) => `"${value.replaceAll('"', '""')}"`
  it('reads back any table whose fields are quoted', async () => {
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1 }))
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), async (rows, lineEnd) => {
        const header = rows[0]!.map((_, i) => `column ${i}`)
        const text = [header, ...rows].map((row) => row.map(quote).join(',')).join(lineEnd)
        expect((await open(text)).rows).toEqual(rows)
      }),
      { numRuns: 300 },
    )
  })
})

describe('damaged tables', () => {
  const cases: [what: string, content: string | Uint8Array<ArrayBuffer>, parts: string[]][] = [
    ['an empty file', '', ['t.csv', 'empty']],
    ['only blank lines', '\n\n', ['empty']],
    ['only a header', 'text,label\n', ['no rows']],
    ['a row too long', 'text,label\na,b\nc,d,e\n', ['row 3', '3 fields', 'has 2']],
    ['a row too short', 'text,label\na\n', ['row 2', '1 fields', 'has 2']],
    ['an unclosed quote', 'text,label\na,b\n"c,d\ne,f\n', ['row 3', 'never closed']],
    ['text after a closing quote', 'text,label\n"a"b,c\n', ['row 2', 'closing quote']],
    ['a NUL', 'text\na\0b\n', ['NUL', 'at 6']],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), ['UTF-8']],
    ['Latin-1', Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a), ['UTF-8']],
    ['a column twice', 'a,b,a\n1,2,3\n', ['columns 1 and 3', '"a"']],
    ['too many columns', `${Array.from({ length: 1001 }, (_, i) => i).join()}\n`, ['1001', '1000']],
  ]
  it.each(cases)('refuses %s', async (_, content, parts) => {
    const { code, message } = await failureOf(() => open(content))
    expect(code).toBe('data-invalid')
    for (const part of ['t.csv', ...parts]) expect(message).toContain(part)
  })

  it('refuses a file that no string can hold, without reading it', async () => {
    // Its first bytes tell the format.
    const read = async (start: number, end: number) => {
      if (end - start > 4) throw new Error('was read')
      return new Uint8Array(end - start)
    }
    const failure = await failureOf(() => openTable({ name: 't.csv', size: 256_000_001, read }))
    expect(failure.code).toBe('data-invalid')
    expect(failure.message).toContain('256000001 bytes; at most 256000000')
  })
})

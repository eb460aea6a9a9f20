// Pasted text: told apart by its first line, and turned into a file that reads back as it was.
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../engine/base/bytes.ts'
import { openTable } from '../../engine/data/open-table.ts'
import { pastedFile, pastedKind } from './paste.ts'

describe('pastedKind', () => {
  it.each([
    ['lines', 'Where is my card?\nI was charged twice'],
    ['lines', 'Hello, I was charged twice; why?'],
    ['lines', ''],
    ['table', 'text,label\na,b'],
    ['table', '\n"id";"Category"\n1;x'],
    ['table', 'a\tb\n1\t2'],
    ['table', '{"text":"a"}'],
    ['table', '[{"text":"a"}]'],
  ])('finds %s in %j', (kind, text) => {
    expect(pastedKind(text)).toBe(kind)
  })
})

describe('pastedFile', () => {
  const read = async (...given: Parameters<typeof pastedFile>) => {
    const file = pastedFile(...given)
    return openTable(memorySource(file.name, new Uint8Array(await file.arrayBuffer())))
  }

  it('makes one row of every line that is not empty, whatever stands in it', async () => {
    const text = 'one, "two"; three\r\n\r\n  {"text":\tfour\n""\n'
    expect(await read(text, 'lines', 'train')).toEqual({
      name: 'pasted.csv',
      columns: ['text'],
      rows: [['one, "two"; three'], ['  {"text":\tfour'], ['""']],
    })
  })

  it('leaves a table as it is, in any format that the engine reads', async () => {
    expect((await read('q\tl\na, b\tc', 'table', 'test')).rows).toEqual([['a, b', 'c']])
    expect((await read('{"q":"a","l":3}', 'table', 'test')).rows).toEqual([['a', '3']])
  })

  it('is named by its role', () => {
    expect(pastedFile('a', 'lines', 'test').name).toBe('pasted-test.csv')
  })
})

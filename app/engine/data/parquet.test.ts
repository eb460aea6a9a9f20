// Parquet tables written by pyarrow: every codec, every kind of column, read by ranges; and damaged files refused by name.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ByteSource, memorySource } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { FIXTURES, failureOf } from '../formats/testing.ts'
import { openTable } from './open-table.ts'

const bytesOf = (name: string) => new Uint8Array(readFileSync(`${FIXTURES}tables/${name}.parquet`))
const source = (name: string) => memorySource(`${name}.parquet`, bytesOf(name))

describe('Parquet tables', () => {
  it.each(['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4'])(
    'reads pages packed with %s',
    async (codec) => {
      expect(await openTable(source(codec))).toEqual({
        name: `${codec}.parquet`,
        columns: ['text', 'label'],
        rows: [
          ['Where is my card?', '3'],
          ['Ça va, 🙂', '0'],
          ['two\nlines', '4'],
          ['again and again and again and again', '3'],
        ],
      })
    },
  )

  it('reads every kind of plain value over two row groups, and leaves nested columns out', async () => {
    const { columns, rows } = await openTable(source('kinds'))
    expect(columns).toEqual(['text', 'whole', 'unsigned', 'share', 'flag', 'day', 'topic'])
    expect(rows).toEqual([
      ['a', '1', '4294967295', '3', 'true', '2026-01-02T00:00:00.000Z', 'x'],
      ['', '', '0', '', 'false', '', 'y'],
      ['c', '1099511627776', '7', '0.25', '', '1970-01-01T00:00:00.000Z', 'x'],
    ])
  })

  it('knows a Parquet file by its first bytes, whatever its name', async () => {
    expect((await openTable(memorySource('rows', bytesOf('none')))).rows).toHaveLength(4)
  })

  it('reads the footer and the columns it wants, not the whole file', async () => {
    const whole = bytesOf('kinds')
    // 200,000 bytes that no chunk lies in: a reader of the whole file would touch them.
    const padded = new Uint8Array(whole.length + 200_000)
    const footer = new DataView(whole.buffer).getUint32(whole.length - 8, true) + 8
    padded.set(whole.subarray(0, whole.length - footer))
    padded.set(whole.subarray(whole.length - footer), padded.length - footer)
    const read: number[] = []
    const counted: ByteSource = {
      name: 'padded.parquet',
      size: padded.length,
      read: async (start, end) => {
        read.push(end - start)
        return padded.slice(start, end)
      },
    }
    expect((await openTable(counted)).rows).toHaveLength(3)
    expect(read.reduce((sum, length) => sum + length, 0)).toBeLessThan(80_000)
  })
})

describe('damaged Parquet tables', () => {
  const cut = (name: string, from: number, to: number) => bytesOf(name).slice(from, to)
  it.each([
    ['another file of that name', new TextEncoder().encode('text,label\na,b\n'), ['PAR1']],
    ['an empty file', new Uint8Array(), ['PAR1']],
    ['only the first bytes', cut('none', 0, 8), ['8 bytes', 'at least 12']],
    ['a file that was cut off', cut('none', 0, 300), ['damaged', 'footer']],
    ['no rows', bytesOf('empty'), ['no rows']],
    ['nested columns alone', bytesOf('nested'), ['none of its 2 columns']],
    ['a broken page', overwritten('gzip', 40, 0xff), ['damaged']],
    ['a footer longer than the file', overwritten('none', -8, 0x7f), ['damaged', 'length']],
  ])('refuses %s', async (_, bytes, parts) => {
    const { code, message } = await failureOf(() => openTable(memorySource('t.parquet', bytes)))
    expect(code).toBe('data-invalid')
    for (const part of ['t.parquet', ...parts]) expect(message).toContain(part)
  })

  it('passes on that the file could not be read', async () => {
    const bytes = bytesOf('none')
    const gone: ByteSource = {
      name: 't.parquet',
      size: bytes.length,
      read: async (start, end) => {
        if (end - start <= 4) return bytes.slice(start, end)
        throw new StudioError('file-unreadable', 't.parquet is gone.')
      },
    }
    expect((await failureOf(() => openTable(gone))).code).toBe('file-unreadable')
  })
})

/** Four bytes replaced; a negative place counts from the end. */
function overwritten(name: string, at: number, byte: number): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(name)
  const start = at < 0 ? bytes.length + at : at
  return bytes.fill(byte, start, start + 4)
}

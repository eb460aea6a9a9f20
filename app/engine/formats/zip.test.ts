// Zips: what client-zip writes, what Python deflates, and damaged ones.
import { execFileSync } from 'node:child_process'
import { downloadZip } from 'client-zip'
import { describe, expect, test } from 'vitest'
import { type ByteSource, memorySource, readText } from '../base/bytes.ts'
import { openZip } from './zip.ts'

const TEXTS = { 'config.json': '{"a": 1}', 'onnx/model.onnx': 'weights '.repeat(5000), 'leer-ü.txt': '' }

/** Counts the bytes that are read. */
function counting(source: ByteSource): ByteSource & { bytes: number } {
  const counted = {
    ...source,
    bytes: 0,
    read: (start: number, end: number) => {
      counted.bytes += end - start
      return source.read(start, end)
    },
  }
  return counted
}

async function stored(): Promise<Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(TEXTS).map(([name, input]) => ({ name, input }))
  return new Uint8Array(await downloadZip(entries).arrayBuffer())
}

const PYTHON = `
import io, json, sys, zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
    for name, text in json.loads(sys.argv[1]).items():
        with z.open(name, 'w', force_zip64=True) as f: f.write(text.encode())
    z.comment = b'written elsewhere'
sys.stdout.buffer.write(out.getvalue())`
const deflated = () => new Uint8Array(execFileSync('python3', ['-c', PYTHON, JSON.stringify(TEXTS)]))

describe.each([
  ['stored, as the page exports', stored],
  ['deflated with a comment, as Python writes', async () => deflated()],
])('%s', (_, make) => {
  test('every file reads as it was', async () => {
    const folder = await openZip(memorySource('mine.zip', await make()))
    expect(folder.name).toBe('mine')
    expect([...folder.files.keys()]).toEqual(Object.keys(TEXTS))
    for (const [name, text] of Object.entries(TEXTS)) {
      const source = folder.files.get(name)!
      expect(source.size).toBe(new TextEncoder().encode(text).length)
      expect(await readText(source)).toBe(text)
    }
    const weights = folder.files.get('onnx/model.onnx')!
    expect(new TextDecoder().decode(await weights.read(16, 23))).toBe('weights')
  })
})

test('a range of a stored file costs that range', async () => {
  const source = counting(memorySource('mine.zip', await stored()))
  const folder = await openZip(source)
  await folder.files.get('onnx/model.onnx')!.read(0, 1)
  const before = source.bytes
  await folder.files.get('onnx/model.onnx')!.read(8, 108)
  expect(source.bytes - before).toBe(100)
})

describe('refused, saying what stands there', () => {
  const open = async (bytes: Uint8Array<ArrayBuffer>) => {
    const { files } = await openZip(memorySource('bad.zip', bytes))
    return readText(files.get('onnx/model.onnx')!)
  }
  const changed = (bytes: Uint8Array<ArrayBuffer>, at: number, value: number) => {
    const copy = bytes.slice()
    copy[at] = value
    return copy
  }

  test('no zip at all', async () => {
    await expect(open(new Uint8Array(5000))).rejects.toThrow('bad.zip is no zip, or it is cut off')
    await expect(open(new Uint8Array(3))).rejects.toThrow('bad.zip is no zip')
  })
  test('a cut-off one', async () => {
    await expect(open((await stored()).slice(0, 9000))).rejects.toThrow('its directory is missing')
  })
  test('damaged deflated bytes', async () => {
    const bytes = deflated()
    const at = new TextDecoder('latin1').decode(bytes).indexOf('onnx/model.onnx') + 60
    await expect(open(changed(bytes, at, bytes[at]! ^ 0xff))).rejects.toThrow('bad.zip is damaged')
  })
  test('an encrypted entry', async () => {
    const bytes = await stored()
    const at = new TextDecoder('latin1').decode(bytes).lastIndexOf('config.json') - 46
    await expect(open(changed(bytes, at + 8, bytes[at + 8]! | 1))).rejects.toThrow(
      'has config.json encrypted',
    )
  })
})

// A zip as a folder: stored entries are read in place by ranges, deflated ones are inflated when first read.
//
// End record (22 bytes and a comment, at the end): 0 signature 06054b50 · 8 u16 entries here · 10 u16 entries · 12 u32 bytes of
// the directory · 16 u32 its offset. Directory entry (46 bytes, then name, extra, comment): 0 signature 02014b50 · 8 u16 flags
// (1: encrypted) · 10 u16 method (0 stored, 8 deflated) · 20 u32 packed bytes · 24 u32 bytes · 28, 30, 32 u16 lengths of name,
// extra, comment · 42 u32 offset of the local entry. Local entry (30 bytes, then name, extra, data): 0 signature 04034b50 ·
// 26, 28 u16 lengths of name and extra. Zip64 puts 0xffffffff in these fields and 64-bit values in an extra of id 1.
import type { ByteSource, Folder } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'

const END_BYTES = 22
const MAX_COMMENT = 0xffff
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const [END, ENTRY, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50]
const ZIP64 = 0xffffffff
const ZIP64_EXTRA = 1
/** A model folder has a dozen files; far more is some other archive. */
const MAX_ENTRIES = 10_000
const MAX_DIRECTORY_BYTES = 8e6
/** An inflated file is held in memory whole. */
const MAX_INFLATED_BYTES = 2 ** 31 - 1

interface Entry {
  readonly name: string
  readonly method: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

/**
 * The files of a zip; nothing but its directory is read.
 * @throws StudioError `file-unreadable` for a damaged, encrypted or foreign zip, naming what stands in it
 */
export async function openZip(source: ByteSource): Promise<Folder> {
  const entries = readDirectory(source, await directoryBytes(source))
  const files = new Map(entries.map((entry) => [entry.name, entrySource(source, entry)]))
  return { name: source.name.replace(/\.zip$/i, ''), files }
}

function refuse(source: ByteSource, what: string): never {
  throw new StudioError('file-unreadable', `${source.name} ${what}.`)
}

async function directoryBytes(source: ByteSource): Promise<DataView<ArrayBuffer>> {
  const tailStart = Math.max(0, source.size - END_BYTES - MAX_COMMENT)
  const tail = viewOf(await source.read(tailStart, source.size))
  let at = tail.byteLength - END_BYTES
  while (at >= 0 && tail.getUint32(at, true) !== END) at -= 1
  if (at < 0) refuse(source, 'is no zip, or it is cut off: its directory is missing')
  const [count, bytes, offset] = [
    tail.getUint16(at + 10, true),
    tail.getUint32(at + 12, true),
    tail.getUint32(at + 16, true),
  ]
  if (offset === ZIP64) refuse(source, 'has its directory beyond 4 GB; unzip it and open the folder')
  if (count > MAX_ENTRIES) refuse(source, `holds ${count} files; at most ${MAX_ENTRIES} are opened`)
  if (bytes > MAX_DIRECTORY_BYTES || offset + bytes > source.size)
    refuse(source, `is damaged: a directory of ${bytes} bytes at ${offset}, in ${source.size}`)
  return viewOf(await source.read(offset, offset + bytes))
}

const viewOf = (bytes: Uint8Array<ArrayBuffer>) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function readDirectory(source: ByteSource, view: DataView<ArrayBuffer>): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at + ENTRY_BYTES <= view.byteLength; ) {
    if (view.getUint32(at, true) !== ENTRY) refuse(source, `is damaged at byte ${at} of its directory`)
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    )
    const end = at + ENTRY_BYTES + nameBytes! + extraBytes!
    if (end > view.byteLength) refuse(source, `is damaged at byte ${at} of its directory`)
    const name = new TextDecoder().decode(
      new Uint8Array(view.buffer, view.byteOffset + at + ENTRY_BYTES, nameBytes),
    )
    if (view.getUint16(at + 8, true) & 1) refuse(source, `has ${name} encrypted`)
    if (!name.endsWith('/')) entries.push(readEntry(view, at, { name, extraStart: end - extraBytes!, end }))
    at = end + commentBytes!
  }
  return entries
}

function readEntry(
  view: DataView<ArrayBuffer>,
  at: number,
  { name, extraStart, end }: { name: string; extraStart: number; end: number },
): Entry {
  const long = longValues(view, extraStart, end)
  /** In this order, and only where the short field is full. */
  const [size = 0, packed = 0, offset = 0] = [24, 20, 42].map((field) => {
    const value = view.getUint32(at + field, true)
    return value === ZIP64 ? Number(long.shift() ?? ZIP64) : value
  })
  return { name, method: view.getUint16(at + 10, true), packed, size, offset }
}

function longValues(view: DataView<ArrayBuffer>, start: number, end: number): bigint[] {
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_EXTRA) continue
    const count = Math.floor(Math.min(view.getUint16(at + 2, true), end - at - 4) / 8)
    return Array.from({ length: count }, (_, i) => view.getBigUint64(at + 4 + 8 * i, true))
  }
  return []
}

function entrySource(source: ByteSource, entry: Entry): ByteSource {
  const { name, size } = entry
  let start: Promise<number> | undefined
  let inflated: Promise<Uint8Array<ArrayBuffer>> | undefined
  const dataStart = () => {
    start ??= findData(source, entry)
    return start
  }
  const whole = () => {
    inflated ??= dataStart().then((at) => inflate(source, entry, at))
    return inflated
  }
  return {
    name,
    size,
    read: async (from, to) => {
      if (entry.method !== 0) return (await whole()).slice(from, to)
      const at = await dataStart()
      return source.read(at + from, at + to)
    },
  }
}

/** Offset of an entry's data: behind its local header, whose lengths may differ from the directory's. */
async function findData(source: ByteSource, { name, offset, packed, size, method }: Entry): Promise<number> {
  if (method !== 0 && method !== 8)
    refuse(source, `packs ${name} by method ${method}; stored and deflated can be read`)
  if (method === 0 && packed !== size)
    refuse(source, `is damaged: ${name} stored in ${packed} bytes, but of ${size}`)
  if (offset + LOCAL_BYTES > source.size) refuse(source, `is cut off before ${name}`)
  const local = viewOf(await source.read(offset, offset + LOCAL_BYTES))
  if (local.getUint32(0, true) !== LOCAL) refuse(source, `is damaged where ${name} begins`)
  const start = offset + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true)
  if (start + packed > source.size) refuse(source, `is cut off inside ${name}`)
  return start
}

/** @throws StudioError `file-unreadable` when the data is not deflated, or not of the size that the directory says */
async function inflate(source: ByteSource, entry: Entry, at: number): Promise<Uint8Array<ArrayBuffer>> {
  const { name, size, packed } = entry
  if (size > MAX_INFLATED_BYTES)
    refuse(source, `has ${name} compressed, ${size} bytes; unzip it and open the folder`)
  const stream = new Blob([await source.read(at, at + packed)])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'))
  const bytes = new Uint8Array(size)
  let filled = 0
  try {
    for await (const part of stream as unknown as AsyncIterable<Uint8Array>) {
      if (filled + part.length > size) break
      bytes.set(part, filled)
      filled += part.length
    }
  } catch {
    refuse(source, `is damaged inside ${name}`)
  }
  if (filled !== size) refuse(source, `is damaged: ${name} has not the ${size} bytes that its directory says`)
  return bytes
}

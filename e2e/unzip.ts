// Writes out a zip whose entries are stored, as the page makes them. Tests need no more of the format, and `unzip` is not on every machine.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const END_SIGNATURE = 0x06054b50
const ENTRY_SIGNATURE = 0x02014b50
const END_BYTES = 22
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30

/** @returns paths of the files inside, in the order of the archive's directory (PKWARE APPNOTE 4.3). */
export async function unzip(archive: string, folder: string): Promise<string[]> {
  const zip = await readFile(archive)
  const end = zip.length - END_BYTES
  if (zip.readUInt32LE(end) !== END_SIGNATURE) throw new Error(`${archive} does not end as a zip does.`)
  const paths: string[] = []
  let at = zip.readUInt32LE(end + 16)
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    if (zip.readUInt32LE(at) !== ENTRY_SIGNATURE) throw new Error(`${archive} has no entry at ${at}.`)
    if (zip.readUInt16LE(at + 10) !== 0) throw new Error(`${archive} has a compressed entry at ${at}.`)
    const size = zip.readUInt32LE(at + 24)
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset))
    const path = zip.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes!)
    const local = zip.readUInt32LE(at + 42)
    const start = local + LOCAL_BYTES + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, zip.subarray(start, start + size))
    paths.push(path)
    at += ENTRY_BYTES + nameBytes! + extraBytes! + commentBytes!
  }
  return paths
}

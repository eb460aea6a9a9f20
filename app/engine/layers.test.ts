// The layers of the source tree as one ordered list, checked against every import: what is to the right is out of reach.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'

/**
 * Rooms from left to right: a file imports from its own room and from rooms on lines before. A path's room is the first pattern that
 * fits, so single files stand before the folder they lie in. Rooms on one line, and folders that `own` tells apart, see nothing of
 * each other.
 */
const ORDER: readonly (readonly RegExp[])[] = [
  [/^kernels\/runtime\//],
  [/^kernels\/lib\//],
  [/^kernels\/(?!bench\/)(?<own>[^/]+)\//],
  // What an adapter does at most, which the engine measures before it trains and the benchmark beside its kernels.
  [/^kernels\/bench\/(?:roofs\/|statistics\.ts$)/],
  [/^app\/engine\/base\//],
  // Sizes are plain arithmetic that archs, the protocol and the screen share: this file of `model` has a room to itself.
  [/^app\/engine\/model\/spec\.ts$/],
  [/^app\/engine\/protocol(?:\.ts$|\/)/],
  [/^app\/engine\/formats\//],
  [/^app\/engine\/text\//],
  [/^app\/engine\/archs\//],
  [/^app\/engine\/data\//],
  [/^app\/engine\/metrics\//],
  [/^app\/engine\/model\//],
  [/^app\/engine\/criteria\//, /^app\/engine\/schemes\//],
  [/^app\/engine\/stages\//],
  [/^app\/engine\/exports\//],
  // The engine's top-level files; the self-test's checks and what is tuned are two of them that grew folders.
  [/^app\/engine\/(?:[^/]+\.ts$|(?:self-test|tuning)\/)/],
  // The benchmark of our own kernels: it measures whole models too, so that it sees the engine. A host runs it when asked.
  [/^kernels\/bench\/(?:[^/]+\.ts$|contenders\/decant)/],
  [/^app\/engine\/hosts\//],
  // Rivals, and the benchmark's own hosts that bring them, are not shipped: nobody sees them.
  [/^app\/cli\//, /^app\/studio\//, /^kernels\/bench\//],
]
/** Packages that the benchmark compares with, and that nothing shipped may need. */
const RIVALS = /^(@tensorflow|@jax-js)\//
/** Of the engine, the screen sees plain data only; its client also names the file that the Worker starts from. */
const STUDIO_MAY_SEE = ['app/engine/protocol.ts']
const CLIENT = 'app/studio/store/client.ts'
const WORKER = 'app/engine/hosts/worker.ts'
/** What only hosts may name, so that the engine runs wherever a host hands it files and a GPU. */
const HOST_NAMES = /(?<![.\w$])(navigator|self|process|fetch|window|document)\b(?!\s*[:?]?:)/
const HOST_MODULES = /^(node:|fs$|fs\/|path$|process$|webgpu$|onnxruntime)/

const ROOT = join(import.meta.dirname, '../..')
/** Tests and what only they import are not shipped: they may reach anywhere. */
const isTestCode = (path: string) => /\.test\.tsx?$|\/testing\.ts$|^app\/engine\/fixtures\//.test(path)

const PATHS = ['kernels', 'app'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path)),
)
const SHIPPED = PATHS.filter((path) => !isTestCode(path))

interface Import {
  readonly from: string
  /** Path from the root for our own files, otherwise the package's name. */
  readonly to: string
  readonly isType: boolean
}

const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm
const IMPORTS =
  /(?:^|\n)\s*(?:import|export)\s(type\s)?(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|new URL\(\s*'(\.[^']+)'/g

function importsOf(path: string): Import[] {
  const source = readFileSync(join(ROOT, path), 'utf8').replace(COMMENTS, '')
  return [...source.matchAll(IMPORTS)].map(([, type, named, dynamic, url]) => {
    const target = (named ?? dynamic ?? url)!.replace(/\?.*$/, '')
    const to = target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), target)) : target
    return { from: path, to, isType: type !== undefined }
  })
}

const IMPORTED = SHIPPED.flatMap(importsOf)
const OWN = IMPORTED.filter(({ to }) => /^(app|kernels)\//.test(to) && /\.(ts|tsx|mjs)$/.test(to))

/** Line of the order, and the room on it. */
function roomOf(path: string): { line: number; room: string } {
  const line = ORDER.findIndex((patterns) => patterns.some((pattern) => pattern.test(path)))
  const pattern = ORDER[line]?.find((candidate) => candidate.test(path))
  return { line, room: pattern?.exec(path)?.groups?.own ?? String(pattern) }
}

function mayImport({ from, to }: Import): boolean {
  const [source, target] = [roomOf(from), roomOf(to)]
  return source.line === target.line ? source.room === target.room : target.line < source.line
}

const show = ({ from, to }: Import) => `${from} -> ${to}`

it('gives every source file a room', () => {
  expect(SHIPPED.filter((path) => roomOf(path).line < 0)).toEqual([])
  expect(OWN.length).toBeGreaterThan(200)
})

it('lets imports point left or stay in their room', () => {
  expect(OWN.filter((entry) => !mayImport(entry)).map(show)).toEqual([])
})

it('shows the studio nothing of the engine but the protocol, and the worker’s address to its client', () => {
  const outside = OWN.filter(
    ({ from, to }) => from.startsWith('app/studio/') && !/^app\/studio\//.test(to),
  ).filter(({ from, to }) => !STUDIO_MAY_SEE.includes(to) && !(from === CLIENT && to === WORKER))
  expect(outside.map(show)).toEqual([])
})

/** Type-only imports are left out: they vanish when built, so they order nothing. */
it('has no cycle of imports between files', () => {
  const needs = (path: string) => OWN.filter(({ from, isType }) => from === path && !isType)
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(' -> ')
    if (done.has(path)) return undefined
    done.add(path)
    for (const { to } of needs(path)) {
      const cycle = visit(to, [...trail, path])
      if (cycle) return cycle
    }
    return undefined
  }
  expect(SHIPPED.map((path) => visit(path, [])).find(Boolean)).toBeUndefined()
})

it('imports rivals in the benchmark only', () => {
  const users = IMPORTED.filter(({ to }) => RIVALS.test(to)).map(({ from }) => from)
  expect(users.length).toBeGreaterThan(1)
  expect(users.filter((path) => !path.startsWith('kernels/bench/'))).toEqual([])
})

it('has no barrels', () => {
  expect(PATHS.filter((path) => /(^|\/)index\.tsx?$/.test(path))).toEqual([])
})

it('names the platform in hosts only', () => {
  const engine = SHIPPED.filter((path) => /^app\/engine\/(?!hosts\/)/.test(path))
  const named = engine.filter((path) => HOST_NAMES.test(codeOf(readFileSync(join(ROOT, path), 'utf8'))))
  expect(named).toEqual([])
  const imported = IMPORTED.filter(({ from, to }) => engine.includes(from) && HOST_MODULES.test(to))
  expect(imported.map(show)).toEqual([])
})

/** Source without comments and without the text of strings and templates (what `${}` holds is dropped too). */
function codeOf(source: string): string {
  return source.replace(
    /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/.*$/gm,
    '""',
  )
}

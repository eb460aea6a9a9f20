// Matrix products in the three forms that a linear layer and its gradients need.
import blockProduct from '../lib/block-product.wgsl?raw'
import geluLibrary from '../lib/gelu.wgsl?raw'
import linearIndex from '../lib/linear-index.wgsl?raw'
import { type Cut, type ProductTile, productTile, tileConstants } from '../lib/product-tile.ts'
import tileLibrary from '../lib/product-tile.wgsl?raw'
import { assert } from '../runtime/errors.ts'
import { type Gpu, runsOnCpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, type Grid, launch } from '../runtime/kernel.ts'
import { rowRanges } from '../runtime/row-ranges.ts'
import { createTensor, release, type Tensor } from '../runtime/tensor.ts'
import loadsSource from './block-loads.wgsl?raw'
import source from './matmul.wgsl?raw'
import blocksSource from './matmul-blocks.wgsl?raw'
import epilogueSource from './matmul-epilogue.wgsl?raw'
import subgroupsSource from './matmul-subgroups.wgsl?raw'
import rowSumsSource from './row-sums.wgsl?raw'
import sumSlicesSource from './sum-slices.wgsl?raw'

/** NN: A [rows, inner], B [inner, cols]. NT: A [rows, inner], B [cols, inner]. TN: A [inner, rows], B [inner, cols]. */
export type MatmulForm = 'NN' | 'NT' | 'TN'

export interface MatmulTensors {
  readonly a: Tensor<'f32'>
  readonly b: Tensor<'f32'>
  readonly out: Tensor<'f32'>
  readonly bias?: Tensor<'f32'> | undefined
  readonly residual?: Tensor<'f32'> | undefined
  /** Written with the value that GELU is applied to. */
  readonly preactivation?: Tensor<'f32'> | undefined
  /** With `gelu`, in place of the three above: out = (A B) gelu'(slopeAt), slopeAt [rows, cols]. */
  readonly slopeAt?: Tensor<'f32'> | undefined
  /** TN only, without any of the above: receives the sums of A over `inner` [rows], in fixed order. */
  readonly sums?: Tensor<'f32'> | undefined
}

export interface MatmulShape {
  readonly form: MatmulForm
  readonly rows: number
  readonly cols: number
  readonly inner: number
  readonly gelu?: 'exact' | 'tanh' | undefined
  /** How the work is cut. It changes no bit of the result; by default the adapter decides, by what was measured on it. */
  readonly tile?: TileName | undefined
}

const UNIT_ROUNDOFF = 2 ** -24

/**
 * Largest allowed error of one product of length `inner` whose absolute terms sum to `magnitude` = (|A||B|)[r, c].
 * The bound that always holds is inner * u * magnitude; rounding errors of a sum behave like a random walk, so 4 sqrt(inner) is
 * many standard deviations and still catches a lost term.
 */
export function matmulTolerance(inner: number, magnitude: number): number {
  return Math.min(4 * Math.sqrt(inner), Math.max(4, inner)) * UNIT_ROUNDOFF * magnitude + 1e-30
}

/**
 * How a product is cut: `outer` and `subgroups` add one inner index at a time to `rows` rows by 8 columns an invocation, `blocks` four
 * to blocks of 4 × 4. `width` and `height` are the invocations of a workgroup along columns and rows; with `subgroups` the width is
 * that of the adapter's widest subgroup.
 */
type Tile =
  | { readonly kind: 'outer'; readonly rows: 1 | 4 | 8 | 16; readonly width: number }
  | { readonly kind: 'subgroups'; readonly rows: 8 | 16 | 32 }
  | ({ readonly kind: 'blocks'; readonly height: number } & Cut)

/** The ways to cut a product, for whoever measures which one is fastest. */
export const TILES = {
  'outer 16': { kind: 'outer', rows: 16, width: 16 },
  'subgroups 32': { kind: 'subgroups', rows: 32 },
  'blocks 16 × 16': { kind: 'blocks', rowBlocks: 4, colBlocks: 4, width: 4, height: 1 },
  'blocks 8 × 8': { kind: 'blocks', rowBlocks: 2, colBlocks: 2, width: 8, height: 8 },
  'blocks 8 × 4': { kind: 'blocks', rowBlocks: 2, colBlocks: 1, width: 8, height: 8 },
} as const satisfies Record<string, Tile>

export type TileName = keyof typeof TILES

/** Split-K aims at this many tiles of the smaller form, with slices no shorter than SLICE_MIN. */
const TILES_WANTED = 512
const SLICE_MIN = 512

const SHARED_LIBRARIES = [epilogueSource, rowSumsSource, geluLibrary]
const BLOCK_LIBRARIES = [loadsSource, tileLibrary, blockProduct, ...SHARED_LIBRARIES]
/** WGSL of all tiles. */
export const matmulSources = [source, subgroupsSource, blocksSource, ...BLOCK_LIBRARIES]
const SHARED_PARAMS = {
  rows: 'u32',
  cols: 'u32',
  inner: 'u32',
  firstRow: 'u32',
  rowCount: 'u32',
  slice: 'u32',
  epilogue: 'u32',
} as const
type SharedParams = Record<keyof typeof SHARED_PARAMS, number>

/** Rows and columns of a workgroup. */
interface Footprint {
  readonly rows: number
  readonly cols: number
}

/** Grid and work of every form. */
function launchSizes({ rows, cols: across }: Footprint) {
  return {
    grid: ({ rowCount, cols, inner, slice }: SharedParams): Grid => [
      Math.ceil(cols / across),
      Math.ceil(rowCount / rows),
      Math.max(1, Math.ceil(inner / slice)),
    ],
    work: ({ rowCount, cols, inner }: SharedParams) => rowCount * cols * inner,
  }
}

const OUTER = {
  libraries: SHARED_LIBRARIES,
  bindings: { a: 'read', b: 'read', bias: 'read', residual: 'read', out: 'write', second: 'write' },
  params: { ...SHARED_PARAMS, aRow: 'u32', aInner: 'u32', bInner: 'u32', bCol: 'u32' },
} as const

function outerKernel({ rows, width }: Tile & { kind: 'outer' }, gelu: number) {
  return defineKernel({
    name: 'matmul/matmul',
    source,
    ...OUTER,
    constants: { ROWS: rows, WIDTH: width, GELU: gelu },
    ...launchSizes({ rows, cols: 8 * width }),
  })
}

/** Rows of A that one load of a subgroup brings, and the width of a workgroup. */
function subgroupConstants({ subgroupSizes }: Gpu) {
  assert(subgroupSizes, 'an adapter with subgroups')
  const { least, most } = subgroupSizes
  return { LANES: least < 8 ? 4 : 8, WIDTH: Math.max(8, most) }
}

function subgroupsKernel(gpu: Gpu, { rows }: Tile & { kind: 'subgroups' }, gelu: number) {
  const sizes = subgroupConstants(gpu)
  return defineKernel({
    name: 'matmul/matmul-subgroups',
    source: subgroupsSource,
    ...OUTER,
    constants: { ROWS: rows, ...sizes, GELU: gelu },
    ...launchSizes({ rows, cols: 8 * sizes.WIDTH }),
  })
}

/** How matrices are stored, as loads of four values at once want to know it. */
function storageConstants({ form, rows, cols, inner }: MatmulShape) {
  const aStride = form === 'TN' ? rows : inner
  const bStride = form === 'NT' ? inner : cols
  return {
    A_ACROSS: form === 'TN' ? 1 : 0,
    B_ACROSS: form === 'NT' ? 0 : 1,
    A_QUADS: aStride % 4 === 0 ? 1 : 0,
    B_QUADS: bStride % 4 === 0 ? 1 : 0,
    HAS_TAIL: inner % 4 === 0 ? 0 : 1,
  }
}

/** Lower where the product has fewer rows; else whole, so that all products of a form share a pipeline. */
function blocksOf(tile: Tile & { kind: 'blocks' }, rows: number): ProductTile {
  const whole = 4 * tile.rowBlocks
  return rows < whole ? productTile(tile, rows) : { ...tile, oneRow: false, rows: whole }
}

function blocksKernel(tile: Tile & { kind: 'blocks' }, gelu: number, shape: MatmulShape) {
  const owned = blocksOf(tile, shape.rows)
  const { height, width, colBlocks } = tile
  return defineKernel({
    name: 'matmul/matmul-blocks',
    source: blocksSource,
    libraries: BLOCK_LIBRARIES,
    bindings: {
      a: 'read',
      b: 'read',
      aQuads: 'read',
      bQuads: 'read',
      bias: 'read',
      residual: 'read',
      out: 'write',
      second: 'write',
    },
    params: SHARED_PARAMS,
    constants: { ...storageConstants(shape), ...tileConstants(owned), HEIGHT: height, GELU: gelu },
    ...launchSizes({ rows: owned.rows * height, cols: 4 * colBlocks * width }),
  })
}

const sumSlices = defineKernel({
  name: 'matmul/sum-slices',
  source: sumSlicesSource,
  libraries: [linearIndex],
  bindings: { partial: 'read', partialSums: 'read', out: 'write', sums: 'write' },
  params: { count: 'u32', sumCount: 'u32', slices: 'u32' },
  grid: ({ count, sumCount }) => foldGrid(Math.ceil((count + sumCount) / 64)),
  work: ({ count, sumCount, slices }) => (count + sumCount) * slices,
})

/** What a tile is chosen for: products of one form, with few rows or many. */
export function tileChoice({ form, rows }: Pick<MatmulShape, 'form' | 'rows'>): string {
  return `matmul ${form}, ${rows > 8 ? 'many' : 'few'} rows`
}

/** Where nothing was measured: a load costs a CPU adapter much more than a multiply-add, so more of them must share it. */
function defaultTile({ adapter, subgroupSizes }: Gpu): TileName {
  if (adapter.architecture === 'swiftshader') return 'blocks 16 × 16'
  if (!runsOnCpu(adapter)) return 'blocks 8 × 4'
  return subgroupSizes ? 'subgroups 32' : 'outer 16'
}

/** The tiles for products of many or of few rows, the default first. With few rows those of one kind are alike, and CPU adapters use one. */
export function matmulTiles(gpu: Gpu, hasManyRows: boolean): TileName[] {
  if (!hasManyRows && runsOnCpu(gpu.adapter)) return ['outer 16']
  const all: readonly TileName[] = hasManyRows
    ? (Object.keys(TILES) as TileName[])
    : ['outer 16', 'blocks 8 × 4']
  const first = defaultTile(gpu)
  const others = all.filter((tile) => tile !== first)
  return [first, ...others.filter((tile) => TILES[tile].kind !== 'subgroups' || gpu.subgroupSizes)]
}

/** Where CPU adapters gain by blocks: most of one is wasted on a small product, and without loads of four it is 1.3 times as slow. */
function suitsBlocks(shape: MatmulShape): boolean {
  const { A_QUADS, B_QUADS } = storageConstants(shape)
  return shape.rows > 8 && shape.cols > 32 && A_QUADS === 1 && B_QUADS === 1
}

/** The tile, lower where the product has fewer rows. */
function tileOf(gpu: Gpu, shape: MatmulShape): Tile {
  const chosen = (gpu.choices.get(tileChoice(shape)) as TileName | undefined) ?? defaultTile(gpu)
  const tile: Tile = TILES[shape.tile ?? (isWasteful(gpu, TILES[chosen], shape) ? 'outer 16' : chosen)]
  if (tile.kind === 'blocks') return tile
  const lower = ([1, 4, 8, 16] as const).find((fewer) => shape.rows <= fewer && fewer < tile.rows)
  if (tile.kind === 'subgroups') return { ...tile, rows: lower === 16 ? 16 : lower ? 8 : tile.rows }
  return { ...tile, rows: lower ?? tile.rows }
}

function isWasteful(gpu: Gpu, { kind }: Tile, shape: MatmulShape): boolean {
  if (kind === 'subgroups') return shape.rows <= 8
  return kind === 'blocks' && runsOnCpu(gpu.adapter) && !suitsBlocks(shape)
}

/** Inner indices per slice, a multiple of 4: depends on the shape only, so the bits do too. */
function sliceLength({ form, rows, cols, inner }: MatmulShape): number {
  const whole = Math.max(4, Math.ceil(inner / 4) * 4)
  if (form !== 'TN') return whole
  const tiles = Math.ceil(cols / 64) * Math.ceil(rows / (rows > 4 ? 8 : 4))
  const slices = Math.min(Math.floor(inner / SLICE_MIN), Math.ceil(TILES_WANTED / tiles))
  return slices > 1 ? Math.ceil(inner / slices / 4) * 4 : whole
}

/** The flags of matmul-epilogue.wgsl. */
function epilogueOf({ bias, residual, preactivation, sums }: MatmulTensors): number {
  return (bias ? 1 : 0) + (residual ? 2 : 0) + (preactivation ? 4 : 0) + (sums ? 8 : 0)
}

/** Its GELU: none, exact, tanh, or their slopes. */
function geluOf({ slopeAt }: MatmulTensors, { gelu }: MatmulShape): number {
  if (!gelu) return 0
  return (gelu === 'exact' ? 1 : 2) + (slopeAt ? 2 : 0)
}

/** Distances in storage of neighbors along rows, columns and inner indices, as matmul.wgsl names them. */
function stridesOf({ form, rows, cols, inner }: MatmulShape) {
  const [aRow, aInner] = form === 'TN' ? [1, rows] : [inner, 1]
  const [bInner, bCol] = form === 'NT' ? [1, inner] : [cols, 1]
  return { aRow, aInner, bInner, bCol }
}

/** Encodes the product in row ranges that each fit a submission; ranges do not change any value. */
function launchByRows(gpu: Gpu, tensors: MatmulTensors, shape: MatmulShape, slice: number): void {
  const { rows, cols, inner } = shape
  const tile = tileOf(gpu, shape)
  const { a, b, out, bias = a, slopeAt = a, residual = slopeAt } = tensors
  const wanted = tensors.preactivation ?? tensors.sums
  const unused = wanted ? undefined : createTensor(gpu, 'f32', [1], 'scratch')
  const bindings = { a, b, bias, residual, out, second: wanted ?? unused! }
  const epilogue = epilogueOf(tensors)
  const gelu = geluOf(tensors, shape)
  const height = tile.kind === 'blocks' ? blocksOf(tile, rows).rows * tile.height : tile.rows
  for (const range of rowRanges(gpu, { rows, tile: height, operationsPerRow: cols * inner })) {
    const params = { rows, cols, inner, slice, epilogue, ...range }
    if (tile.kind === 'blocks')
      launch(gpu, blocksKernel(tile, gelu, shape), { ...bindings, aQuads: a, bQuads: b }, params)
    else {
      const kernel = tile.kind === 'outer' ? outerKernel(tile, gelu) : subgroupsKernel(gpu, tile, gelu)
      launch(gpu, kernel, bindings, { ...params, ...stridesOf(shape) })
    }
  }
  release(gpu, unused)
}

/**
 * out = gelu(A B + bias) + residual, or (A B) gelu'(slopeAt), for row-major f32 matrices; shapes by `form`, out, residual,
 * preactivation and slopeAt [rows, cols], bias [cols]. TN products with a long inner size are summed in slices (split-K), combined
 * in fixed order.
 */
export function matmul(gpu: Gpu, tensors: MatmulTensors, shape: MatmulShape): void {
  const { gelu, inner, form } = shape
  const { bias, residual, preactivation, slopeAt, sums } = tensors
  const isBare = !bias && !residual && !preactivation
  const plain = isBare && !gelu && !slopeAt
  assert(!slopeAt || (isBare && gelu), 'the slope of a GELU without other epilogues')
  assert(!sums || (plain && form === 'TN'), 'sums beside a TN product without epilogue')
  const slice = sliceLength(shape)
  const slices = Math.ceil(inner / slice)
  if (slices > 1 && plain) matmulInSlices(gpu, tensors, shape, { slice, slices })
  else launchByRows(gpu, tensors, shape, Math.max(4, Math.ceil(inner / 4) * 4))
}

function matmulInSlices(
  gpu: Gpu,
  { a, b, out, sums }: MatmulTensors,
  shape: MatmulShape,
  { slice, slices }: { slice: number; slices: number },
): void {
  const { rows, cols } = shape
  const scratch = (...sizes: number[]) => createTensor(gpu, 'f32', sizes, 'scratch')
  const partial = scratch(slices, rows, cols)
  const partialSums = sums && scratch(slices, rows)
  const unused = sums ? undefined : scratch(1)
  launchByRows(gpu, { a, b, out: partial, sums: partialSums }, shape, slice)
  launch(
    gpu,
    sumSlices,
    { partial, partialSums: partialSums ?? partial, out, sums: sums ?? unused! },
    { count: rows * cols, sumCount: sums ? rows : 0, slices },
  )
  release(gpu, partial, partialSums, unused)
}

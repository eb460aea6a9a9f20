// The ways to cut a matrix product into work for invocations, their kernels, and which one an adapter takes.
import blockProduct from '../lib/block-product.wgsl?raw'
import geluLibrary from '../lib/gelu.wgsl?raw'
import { type Cut, type ProductTile, productTile, tileConstants } from '../lib/product-tile.ts'
import tileLibrary from '../lib/product-tile.wgsl?raw'
import { canShareRows, subgroupWidth } from '../lib/subgroups.ts'
import { type Gpu, runsOnCpu } from '../runtime/gpu.ts'
import { defineKernel, type Grid } from '../runtime/kernel.ts'
import loadsSource from './block-loads.wgsl?raw'
import finishFourSource from './finish-four.wgsl?raw'
import type { MatmulForm, MatmulShape } from './matmul.ts'
import source from './matmul.wgsl?raw'
import bindingsSource from './matmul-bindings.wgsl?raw'
import blocksSource from './matmul-blocks.wgsl?raw'
import epilogueSource from './matmul-epilogue.wgsl?raw'
import quadBindingsSource from './matmul-quad-bindings.wgsl?raw'
import subgroupsSource from './matmul-subgroups.wgsl?raw'
import workgroupsSource from './matmul-workgroups.wgsl?raw'
import outerLibrary from './outer-product.wgsl?raw'
import rowSumsSource from './row-sums.wgsl?raw'

/**
 * How a product is cut: `outer` and `subgroups` add one inner index at a time to `rows` rows by 8 columns an invocation, `blocks` four
 * to blocks of 4 × 4, `workgroups` one to `quads` blocks of 4 × 4 out of memory that a workgroup shares. `width` and `height` are the
 * invocations of a workgroup along columns and rows; with `subgroups` the width is that of the adapter's widest subgroup.
 */
type Tile =
  | { readonly kind: 'outer'; readonly rows: 1 | 4 | 8 | 16; readonly width: number }
  | { readonly kind: 'subgroups'; readonly rows: 8 | 16 | 32 }
  | { readonly kind: 'workgroups'; readonly quads: 1 | 2 }
  | ({ readonly kind: 'blocks'; readonly height: number } & Cut)

/** The ways to cut a product, for whoever measures which one is fastest. */
const TILES = {
  'outer 16': { kind: 'outer', rows: 16, width: 16 },
  'subgroups 32': { kind: 'subgroups', rows: 32 },
  'blocks 16 × 16': { kind: 'blocks', rowBlocks: 4, colBlocks: 4, width: 4, height: 1 },
  'blocks 8 × 4': { kind: 'blocks', rowBlocks: 2, colBlocks: 1, width: 8, height: 8 },
  'workgroups 4 × 4': { kind: 'workgroups', quads: 1 },
  'workgroups 8 × 4': { kind: 'workgroups', quads: 2 },
} as const satisfies Record<string, Tile>

export type TileName = keyof typeof TILES

const EPILOGUE_LIBRARIES = [epilogueSource, geluLibrary]
const OUTER_LIBRARIES = [outerLibrary, bindingsSource, rowSumsSource, ...EPILOGUE_LIBRARIES]
const FOUR_LIBRARIES = [quadBindingsSource, finishFourSource, blockProduct, ...EPILOGUE_LIBRARIES]
const BLOCK_LIBRARIES = [loadsSource, tileLibrary, rowSumsSource, ...FOUR_LIBRARIES]
/** WGSL of all tiles. */
export const matmulSources = [
  ...[source, subgroupsSource, ...OUTER_LIBRARIES],
  ...[workgroupsSource, blocksSource, ...BLOCK_LIBRARIES],
]
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

/** What kernels that read A and B by distances in storage bind and are told. */
const OUTER = {
  libraries: OUTER_LIBRARIES,
  bindings: { a: 'read', b: 'read', bias: 'read', residual: 'read', out: 'write', second: 'write' },
  params: { ...SHARED_PARAMS, aRow: 'u32', aInner: 'u32', bInner: 'u32', bCol: 'u32' },
} as const

/** What kernels that read four neighbors at once bind and are told. */
const BY_QUADS = {
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
const subgroupConstants = (gpu: Gpu) => ({ LANES: canShareRows(gpu) ? 8 : 4, WIDTH: subgroupWidth(gpu) })

function subgroupsKernel(gpu: Gpu, { rows }: Tile & { kind: 'subgroups' }, gelu: number) {
  const sizes = subgroupConstants(gpu)
  return defineKernel({
    name: 'matmul/matmul-subgroups',
    source: subgroupsSource,
    enables: 'subgroups',
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
  }
}

/** Rows that a workgroup of one quad owns, and columns of any. */
const ROWS_A_QUAD = 32
const WORKGROUP_COLS = 64
/** Inner indices that a workgroup of one quad copies at once. */
const DEPTH = 32

function workgroupsKernel({ quads }: Tile & { kind: 'workgroups' }, gelu: number, shape: MatmulShape) {
  return defineKernel({
    name: 'matmul/matmul-workgroups',
    source: workgroupsSource,
    libraries: FOUR_LIBRARIES,
    ...BY_QUADS,
    constants: { ...storageConstants(shape), GELU: gelu },
    rewrites: { QUADS: quads, DEPTH: DEPTH / quads },
    ...launchSizes({ rows: ROWS_A_QUAD * quads, cols: WORKGROUP_COLS }),
  })
}

/** Lower where the product has fewer rows; else whole, so that all products of a form share a pipeline. */
function blocksOf(tile: Tile & { kind: 'blocks' }, rows: number): ProductTile {
  const whole = 4 * tile.rowBlocks
  return rows < whole ? productTile(tile, rows) : { ...tile, oneRow: false, rows: whole }
}

function blocksKernel(tile: Tile & { kind: 'blocks' }, owned: ProductTile, gelu: number, shape: MatmulShape) {
  const { height, width, colBlocks } = tile
  return defineKernel({
    name: 'matmul/matmul-blocks',
    source: blocksSource,
    libraries: BLOCK_LIBRARIES,
    ...BY_QUADS,
    constants: {
      ...storageConstants(shape),
      ...tileConstants(owned),
      HAS_TAIL: shape.inner % 4 === 0 ? 0 : 1,
      HEIGHT: height,
      GELU: gelu,
    },
    ...launchSizes({ rows: owned.rows * height, cols: 4 * colBlocks * width }),
  })
}

/** Sizes of products that tiles are chosen for. `large` ones have tiles enough for all processors of a graphics card. */
export type ProductSize = 'few rows' | 'many rows' | 'large'

const FEW_ROWS = 8
/** Tiles of 64 × 64, of all slices together. On an NVIDIA H200 8 × 4 an invocation wins from here on, 4 × 4 below. */
const LARGE_TILES = 256

type SizedShape = Pick<MatmulShape, 'rows' | 'cols'> & { readonly slices: number }

/** CPU adapters take the same tile for many rows, however many there are. */
export function productSize({ adapter }: Gpu, { rows, cols, slices }: SizedShape): ProductSize {
  if (rows <= FEW_ROWS) return 'few rows'
  const tiles = Math.ceil(rows / 64) * Math.ceil(cols / 64) * slices
  return tiles >= LARGE_TILES && !runsOnCpu(adapter) ? 'large' : 'many rows'
}

/** The key in `gpu.choices` of what was measured to be the fastest. */
export const tileChoice = (form: MatmulForm, size: ProductSize) => `matmul ${form}, ${size}`

/**
 * Where nothing was measured. A load costs a CPU adapter much more than a multiply-add, so more of them must share it, and barriers cost
 * it more than they save; graphics cards are made for both.
 */
function defaultTile({ adapter, subgroupSizes }: Gpu, size: ProductSize): TileName {
  if (adapter.architecture === 'swiftshader') return 'blocks 16 × 16'
  if (!runsOnCpu(adapter)) return CARD_TILES[size]
  return subgroupSizes ? 'subgroups 32' : 'outer 16'
}

const CARD_TILES: Record<ProductSize, TileName> = {
  'few rows': 'workgroups 4 × 4',
  'many rows': 'workgroups 4 × 4',
  large: 'workgroups 8 × 4',
}

/** The tiles that the adapter can run. */
export function possibleTiles({ subgroupSizes }: Gpu): TileName[] {
  return (Object.keys(TILES) as TileName[]).filter(
    (tile) => TILES[tile].kind !== 'subgroups' || subgroupSizes,
  )
}

/**
 * The tiles to measure for products of a size, the default first. With few rows those of one kind are alike. CPU adapters use one there,
 * and have no large products.
 */
export function matmulTiles(gpu: Gpu, size: ProductSize): TileName[] {
  const isOnCpu = runsOnCpu(gpu.adapter)
  if (size === 'few rows' && isOnCpu) return ['outer 16']
  const first = defaultTile(gpu, size)
  if (size === 'large' && isOnCpu) return [first]
  const few: readonly TileName[] = ['workgroups 4 × 4', 'outer 16', 'blocks 8 × 4']
  const all = size === 'few rows' ? few : possibleTiles(gpu)
  return [first, ...all.filter((tile) => tile !== first && !(isOnCpu && TILES[tile].kind === 'workgroups'))]
}

/** Where CPU adapters gain by blocks: most of one is wasted on a small product, and without loads of four it is 1.3 times as slow. */
function suitsBlocks(shape: MatmulShape): boolean {
  const { A_QUADS, B_QUADS } = storageConstants(shape)
  return shape.rows > FEW_ROWS && shape.cols > 32 && A_QUADS === 1 && B_QUADS === 1
}

/** The tile, lower where the product has fewer rows. */
function tileOf(gpu: Gpu, shape: MatmulShape, slices: number): Tile {
  const size = productSize(gpu, { ...shape, slices })
  const chosen =
    (gpu.choices.get(tileChoice(shape.form, size)) as TileName | undefined) ?? defaultTile(gpu, size)
  const tile: Tile = TILES[shape.tile ?? (isWasteful(gpu, TILES[chosen], shape) ? 'outer 16' : chosen)]
  if (tile.kind === 'blocks' || tile.kind === 'workgroups') return tile
  if (tile.kind === 'subgroups') {
    const lower = ([8, 16] as const).find((fewer) => shape.rows <= fewer)
    return { ...tile, rows: lower ?? tile.rows }
  }
  const lower = ([1, 4, 8] as const).find((fewer) => shape.rows <= fewer)
  return { ...tile, rows: lower ?? tile.rows }
}

function isWasteful(gpu: Gpu, { kind }: Tile, shape: MatmulShape): boolean {
  if (kind === 'subgroups') return shape.rows <= FEW_ROWS
  return kind === 'blocks' && runsOnCpu(gpu.adapter) && !suitsBlocks(shape)
}

/** The kernel of a product, whether it reads inputs by fours too, and the rows of one of its workgroups. `gelu` as in matmul-epilogue.wgsl. */
export function productKernel(
  gpu: Gpu,
  shape: MatmulShape,
  { gelu, slices }: { gelu: number; slices: number },
) {
  const tile = tileOf(gpu, shape, slices)
  switch (tile.kind) {
    case 'blocks': {
      const owned = blocksOf(tile, shape.rows)
      const height = owned.rows * tile.height
      return { reads: 'quads', height, kernel: blocksKernel(tile, owned, gelu, shape) } as const
    }
    case 'workgroups': {
      const height = ROWS_A_QUAD * tile.quads
      return { reads: 'quads', height, kernel: workgroupsKernel(tile, gelu, shape) } as const
    }
    case 'subgroups':
      return { reads: 'scalars', height: tile.rows, kernel: subgroupsKernel(gpu, tile, gelu) } as const
    case 'outer':
      return { reads: 'scalars', height: tile.rows, kernel: outerKernel(tile, gelu) } as const
  }
}

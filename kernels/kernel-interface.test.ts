// Every shader against its TypeScript twin: bindings, access, parameters, so that the two languages cannot drift apart.
import { expect, test } from 'vitest'
import { attentionBackward, attentionForward } from './attention/attention.ts'
import { gemmInt4 } from './gemm-int4/gemm-int4.ts'
import { gemmInt8 } from './gemm-int8/gemm-int8.ts'
import { layerNorm, layerNormGrad } from './layernorm/layernorm.ts'
import { possibleSharers } from './lib/row-sharing.ts'
import { matmul } from './matmul/matmul.ts'
import { dequantizeInt4, dequantizeRows, packInt4, quantizeRows } from './quantize/quantize.ts'
import type { Gpu } from './runtime/gpu.ts'
import { compileKernel, type Kernel, kernelKey, kernelSource } from './runtime/kernel.ts'
import { createTensor } from './runtime/tensor.ts'
import { testGpu } from './runtime/testing.ts'
import { softmaxKl } from './softmax-kl/softmax-kl.ts'

const modules = import.meta.glob<Record<string, unknown>>(
  ['./*/*.ts', '!./runtime/*.ts', '!./*/*.test.ts', '!./*/*.ref.ts'],
  { eager: true },
)
const shaders = import.meta.glob<string>('./*/*.wgsl', { query: '?raw', import: 'default', eager: true })

const isKernel = (value: unknown): value is Kernel =>
  typeof value === 'object' && value !== null && 'source' in value && 'bindings' in value

/** `<module>: <export>` and the definition, for every exported kernel. */
const exported = Object.entries(modules).flatMap(([path, module]) =>
  Object.entries(module)
    .filter((entry): entry is [string, Kernel] => isKernel(entry[1]))
    .map(([name, kernel]) => [`${path}: ${name}`, kernel] as const),
)

/** Kernels that are made per shape, caught as products of 2 x 4 matrices (and a long one) launch them. */
async function launchedKernels() {
  const gpu = await testGpu()
  const caught = new Map<string, Kernel>()
  const dispatch: Gpu['dispatch'] = (call) => {
    caught.set(kernelKey(call.kernel), call.kernel)
    gpu.dispatch(call)
  }
  const recorder: Gpu = Object.create(gpu, {
    dispatch: { value: dispatch },
    operationsPerSubmission: { value: 1e6 },
  })
  const f32 = () => createTensor(gpu, 'f32', [4096 * 4], 'test')
  const u32 = () => createTensor(gpu, 'u32', [64], 'test')
  const [x, y, out, bias, residual, scales] = [f32(), f32(), f32(), f32(), f32(), f32()]
  const codes = u32()
  const size = { rows: 4, cols: 4, inner: 4 }
  const grouped = { rows: 4, cols: 4, groupSize: 8 }
  for (const form of ['NN', 'NT', 'TN'] as const) matmul(recorder, { a: x, b: y, out }, { form, ...size })
  matmul(recorder, { a: x, b: y, out, bias, residual }, { form: 'NT', ...size, gelu: 'exact' })
  matmul(recorder, { a: x, b: y, out }, { form: 'TN', ...size, inner: 4096 })
  matmul(recorder, { a: x, b: y, out }, { form: 'NT', ...size, tile: 'blocks 8 × 4' })
  for (const tile of ['outer 16', 'subgroups 32', 'blocks 16 × 16', 'workgroups 4 × 4'] as const)
    matmul(recorder, { a: x, b: y, out, slopeAt: residual }, { form: 'NN', ...size, gelu: 'tanh', tile })
  matmul(recorder, { a: x, b: y, out, sums: bias }, { form: 'TN', ...size, inner: 4096 })
  quantizeRows(recorder, { x, codes, scales }, { rows: 4, cols: 4 })
  dequantizeRows(recorder, { codes, scales, out }, { rows: 4, cols: 4 })
  packInt4(recorder, { x, codes, scales }, grouped)
  dequantizeInt4(recorder, { codes, scales, out }, grouped)
  const packed = { codesA: codes, scalesA: scales, codesW: codes, scalesW: bias, out }
  for (const form of ['workgroups', 'dots', 'floats'] as const) gemmInt8(recorder, packed, { ...size, form })
  for (const value of [undefined, { least: 8, most: 8 }]) {
    const other: Gpu = Object.create(recorder, { subgroupSizes: { value } })
    gemmInt8(other, packed, { ...size, form: 'floats' })
  }
  gemmInt4(recorder, { a: x, codesW: codes, scalesW: scales, out }, { ...size, groupSize: 8 })
  // So long that heads fill subgroups of up to 32 lanes.
  const texts = { batch: 1, tokens: 240, heads: 1, headSize: 4 }
  const attention = { qkv: x, mask: codes, out, logSumExp: scales }
  const backward = { ...attention, gradOut: y, delta: bias, gradQkv: residual }
  for (const form of ['1', '2', 'shared'] as const) {
    attentionForward(recorder, attention, { ...texts, form })
    attentionBackward(recorder, backward, { ...texts, form })
  }
  const rows = { rows: 4, cols: 4, sharers: Math.max(...possibleSharers(gpu)) }
  quantizeRows(recorder, { x, codes, scales }, rows)
  layerNorm(recorder, { x, gamma: bias, beta: y, out, stats: residual }, { ...rows, epsilon: 1e-5 })
  const normGradients = { gradX: out, gradGamma: scales, gradBeta: f32() }
  layerNormGrad(recorder, { x, stats: residual, gamma: bias, gradOut: y, ...normGradients }, rows)
  const softened = { ...rows, classes: 4, temperature: 2, scale: 1, accumulate: 0 } as const
  softmaxKl(recorder, { teacher: x, student: y, loss: scales, grad: out }, softened)
  await gpu.finish()
  return [...caught.values()].map((kernel, i) => [`launched ${i}: ${kernel.name}`, kernel] as const)
}

const kernels = [...exported, ...(await launchedKernels())]

/** Source without its comments (shaders use line comments only). */
const code = (source: string) => source.replace(/\/\/.*$/gm, '')

const ACCESS: Record<string, string> = { read: 'read', read_write: 'write' }

/** `[name, access]` of the storage bindings in binding order, and the uniform's name and place. */
function bindingsOf(source: string) {
  const pattern =
    /@group\((\d+)\)\s*@binding\((\d+)\)\s*var\s*<\s*(\w+)\s*(?:,\s*(\w+)\s*)?>\s*(\w+)\s*:\s*(\w+)/g
  const found = [...code(source).matchAll(pattern)].map(([, group, place, space, access, name, type]) => {
    return { group: Number(group), place: Number(place), space, access, name: name!, type }
  })
  const sorted = found.sort((a, b) => a.place - b.place)
  const storage = sorted.filter(({ space }) => space === 'storage')
  return {
    places: sorted.map(({ group, place }) => [group, place]),
    storage: storage.map(({ name, access }) => [name, ACCESS[access ?? 'read'] ?? access]),
    last: sorted.at(-1),
  }
}

/** `[name, type]` of the members of `struct Params`, in order. */
function paramsOf(source: string) {
  const body = /struct\s+Params\s*\{([^}]*)\}/.exec(code(source))?.[1] ?? ''
  return body
    .split(',')
    .map((member) => member.trim())
    .filter(Boolean)
    .map((member) => member.split(/\s*:\s*/))
}

/** A twin's name as its shader spells it: TypeScript may say aQuads where WGSL says a_quads. */
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const spelled = (record: Record<string, string>) =>
  Object.entries(record).map(([name, kind]) => [snakeCase(name), kind])

test('kernels and shaders were found', () => {
  expect(kernels.length).toBeGreaterThan(20)
  expect(Object.keys(shaders).length).toBeGreaterThan(20)
})

test.each(kernels)('%s has the bindings of its shader, in its order', (_, kernel) => {
  const { places, storage, last } = bindingsOf(kernelSource(kernel))
  expect(storage).toEqual(spelled(kernel.bindings))
  expect(places).toEqual([...storage, 'params'].map((_, i) => [0, i]))
  expect([last?.space, last?.name, last?.type]).toEqual(['uniform', 'params', 'Params'])
  expect(storage.length, 'storage buffers').toBeLessThanOrEqual(8)
  const firstWrite = storage.findIndex(([, access]) => access === 'write')
  expect(
    storage.slice(firstWrite).every(([, access]) => access === 'write'),
    'inputs before outputs',
  ).toBe(true)
})

test.each(kernels)('%s has the parameters of its shader, in its order', (_, kernel) => {
  expect(paramsOf(kernelSource(kernel))).toEqual(spelled(kernel.params))
})

test.each(kernels)(
  '%s is named after a shader file and sets only constants that the shader has',
  (_, kernel) => {
    expect(shaders[`./${kernel.name}.wgsl`], kernel.name).toBe(kernel.source)
    const names = Object.keys(kernel.constants ?? {})
    for (const name of names) expect(code(kernel.source)).toMatch(new RegExp(`override ${name}\\b`))
    expect(code(kernelSource(kernel))).toMatch(/\bfn main\(/)
  },
)

test.each(kernels)('%s compiles without errors or warnings', async (_, kernel) => {
  const gpu = await testGpu()
  const module = gpu.device.createShaderModule({ code: kernelSource(kernel) })
  const { messages } = await module.getCompilationInfo()
  expect(messages.map(({ lineNum, message }) => `${lineNum}: ${message}`)).toEqual([])
  await gpu.scope(() => {
    compileKernel(gpu.device, kernel)
  })
})

/** Not in a definition: the element of four is put in by `withLanes`. */
const PUT_IN = ['./lib/lanes4.wgsl']

test.each(Object.keys(shaders))('%s is used, starts with a comment and has at most 150 lines', (path) => {
  const text = shaders[path]!
  const used = kernels.some(([, kernel]) => kernel.source === text || kernel.libraries?.includes(text))
  expect(used || PUT_IN.includes(path), 'used by an exported kernel').toBe(true)
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  expect(text.startsWith('// ')).toBe(true)
})

const WITH_SUBGROUPS = /-subgroups\.wgsl$/
const WITH_BARRIERS = /-workgroups\.wgsl$/

test('no shader uses float atomics, and only those that are named so what some adapters lack or are slow at', () => {
  for (const [path, text] of Object.entries(shaders)) {
    expect(code(text), path).not.toMatch(/\benable\b|\bf16\b|\batomic\w*/)
    if (!WITH_SUBGROUPS.test(path)) expect(code(text), path).not.toMatch(/\bsubgroup\w*\(/)
    if (!WITH_BARRIERS.test(path)) expect(code(text), path).not.toMatch(/\w*[bB]arrier\(|\bworkgroup>/)
  }
})

// The graph builder: what ONNX's own schema reads back, unique names, and the size limit.
import { fromBinary } from '@bufbuild/protobuf'
import { expect, it } from 'vitest'
import { StudioError } from '../../base/errors.ts'
import { GraphBuilder, joinParts, MAX_MODEL_BYTES } from './graph.ts'
import { TensorProto_DataType as DataType, ModelProtoSchema } from './onnx_pb.ts'

it('writes constants, nodes, inputs and outputs that the schema reads back', () => {
  const graph = new GraphBuilder('test')
  const x = graph.input('x', 'float32', ['batch', 3])
  const weight = graph.constant('weight', Float32Array.of(1, -2.5, 3, 0, 5, 6), [3, 2])
  const product = graph.node('MatMul', [x, weight], { scope: 'layer' })
  graph.node('Softmax', [product], { outputs: ['y'], attributes: { axis: -1 }, domain: 'com.example' })
  graph.output('y', 'float32', ['batch', 2])
  const model = fromBinary(ModelProtoSchema, joinParts(graph.finish()))
  expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
    ['', 17n],
    ['com.example', 1n],
  ])
  const [tensor] = model.graph!.initializer
  expect(tensor).toMatchObject({ name: 'weight', dims: [3n, 2n], dataType: DataType.FLOAT })
  expect([...new Float32Array(tensor!.rawData.slice().buffer)]).toEqual([1, -2.5, 3, 0, 5, 6])
  expect(model.graph!.node.map(({ name, input, output }) => [name, input, output])).toEqual([
    ['layer/MatMul', ['x', 'weight'], ['layer/MatMul']],
    ['Softmax', ['layer/MatMul'], ['y']],
  ])
  expect(model.graph!.node[1]!.attribute[0]).toMatchObject({ name: 'axis', i: -1n })
  expect(model.graph!.input[0]!.type!.value.value).toMatchObject({ elemType: DataType.FLOAT })
})

it('stores every element type little endian', () => {
  const graph = new GraphBuilder('types')
  graph.constant('bytes', Int8Array.of(-1, 2))
  graph.constant('codes', Uint8Array.of(200))
  graph.integers('shape', [0, -1])
  graph.scalar('half', 0.5)
  const tensors = fromBinary(ModelProtoSchema, joinParts(graph.finish())).graph!.initializer
  expect(tensors.map(({ dataType, dims, rawData }) => [dataType, dims, [...rawData]])).toEqual([
    [DataType.INT8, [2n], [255, 2]],
    [DataType.UINT8, [1n], [200]],
    [DataType.INT64, [2n], [...Array(8).fill(0), ...Array(8).fill(255)]],
    [DataType.FLOAT, [], [0, 0, 0, 63]],
  ])
})

it('gives nodes and values names of their own and refuses what nothing makes', () => {
  const graph = new GraphBuilder('names')
  const one = graph.scalar('one', 1)
  const names = [1, 2, 3].map(() => graph.node('Neg', [one], { scope: 'a' }))
  expect(names).toEqual(['a/Neg', 'a/Neg_1', 'a/Neg_2'])
  expect(graph.scalar('one', 1)).toBe('one_1')
  expect(() => graph.node('Neg', ['nothing'])).toThrow(/nothing/)
})

it('refuses a file above 2 GB, naming both sizes', () => {
  const graph = new GraphBuilder('large')
  const shared = new Float32Array(2 ** 24)
  for (let i = 0; i < 32; i++) graph.constant(`w${i}`, shared)
  const failure = (() => {
    try {
      graph.finish()
    } catch (error) {
      return error
    }
  })()
  expect(failure).toBeInstanceOf(StudioError)
  expect((failure as StudioError).code).toBe('option-invalid')
  expect((failure as StudioError).message).toMatch(/2147484\d{3} bytes/)
  expect((failure as StudioError).message).toContain(String(MAX_MODEL_BYTES))
})

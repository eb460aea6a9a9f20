// Builds an ONNX model: named constants, nodes in order, inputs and outputs; then its bytes, part by part.
// onnx.proto (Apache-2.0, from ONNX 1.23.2) makes onnx_pb.ts, from this folder: npx buf generate onnx.proto --template
// '{"version":"v2","plugins":[{"local":"protoc-gen-es","opt":"target=ts","out":"."}]}'
import { create, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { assert, StudioError } from '../../base/errors.ts'
import { elementCount } from '../../base/shape.ts'
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.ts'

/** Integers, a float in an object of its own (JavaScript cannot tell 1 from 1.0), or text. */
export type Attribute = number | readonly number[] | string | { readonly float: number }

/** Data of a constant; the element type follows from the array's. */
export type ConstantData =
  | Float32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>

export interface NodeOptions {
  /** Prefix of the node's name: the layer that it belongs to. */
  readonly scope?: string
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** Names of the outputs; without it the node has one, named like the node. */
  readonly outputs?: readonly string[]
  readonly domain?: string
}

interface Constant {
  readonly name: string
  readonly dims: readonly number[]
  readonly data: ConstantData
}

/** Size of a tensor's axis: a number, or the name of a size known only at run time. */
type Dimension = number | string

const ELEMENT_TYPES = { float32: DataType.FLOAT, int64: DataType.INT64 }

/** Protobuf readers, ONNX's among them, count bytes in signed 32-bit integers. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1

// Field numbers of onnx.proto whose contents are framed here, so that weights are never copied.
const MODEL_GRAPH = 7
const GRAPH_INITIALIZER = 5
const TENSOR_RAW_DATA = 9

export class GraphBuilder {
  readonly #name: string
  readonly #names = new Set<string>()
  readonly #constants: Constant[] = []
  readonly #nodes: NodeProto[] = []
  readonly #inputs: ValueInfoProto[] = []
  readonly #outputs: ValueInfoProto[] = []
  readonly #domains = new Set<string>()

  constructor(name: string) {
    this.#name = name
  }

  /** Declares an input; its name is also that of its value. */
  input(name: string, type: keyof typeof ELEMENT_TYPES, shape: readonly Dimension[]): string {
    this.#inputs.push(valueInfo(name, type, shape))
    return this.#claim(name)
  }

  /** Declares the value `name`, made by a node, as an output. */
  output(name: string, type: keyof typeof ELEMENT_TYPES, shape: readonly Dimension[]): void {
    assert(this.#names.has(name), `${name} must be made before it is an output`)
    this.#outputs.push(valueInfo(name, type, shape))
  }

  /** Adds a constant of shape `dims`; no dims make a scalar. `data` is not copied. Returns the value's name. */
  constant(name: string, data: ConstantData, dims: readonly number[] = [data.length]): string {
    const elements = elementCount(dims)
    assert(elements === data.length, `${name} holds ${data.length} values for shape [${dims}]`)
    const unique = this.#claim(name)
    this.#constants.push({ name: unique, dims, data })
    return unique
  }

  scalar(name: string, value: number): string {
    return this.constant(name, Float32Array.of(value), [])
  }

  integers(name: string, values: readonly number[]): string {
    return this.constant(name, BigInt64Array.from(values, BigInt))
  }

  /** Appends a node and returns the name of its first output. */
  node(operator: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const { scope, attributes = {}, domain = '' } = options
    for (const input of inputs)
      assert(input === '' || this.#names.has(input), `${operator} reads ${input}, which nothing makes`)
    const name = this.#free(scope ? `${scope}/${operator}` : operator)
    const output = (options.outputs ?? [name]).map((value) => this.#claim(value))
    this.#names.add(name)
    if (domain) this.#domains.add(domain)
    this.#nodes.push(
      create(NodeProtoSchema, {
        opType: operator,
        name,
        domain,
        input: [...inputs],
        output,
        attribute: Object.entries(attributes).map(attributeProto),
      }),
    )
    return output[0]!
  }

  /**
   * The ModelProto's bytes in order, weights as views of the arrays given. Operator set 17 (LayerNormalization's
   * first), which is IR version 8; other domains at version 1.
   * @throws StudioError `option-invalid` for more than MAX_MODEL_BYTES.
   */
  finish(): Uint8Array<ArrayBuffer>[] {
    const graph = [...this.#constants.flatMap(constantParts), this.#graphBytes()]
    const header = toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 8n,
        producerName: 'Decant',
        opsetImport: [
          { domain: '', version: 17n },
          ...[...this.#domains].sort().map((domain) => ({ domain, version: 1n })),
        ],
      }),
    )
    const graphLength = byteCount(graph)
    const parts = [header, frame(MODEL_GRAPH, graphLength), ...graph]
    const total = byteCount(parts)
    if (total > MAX_MODEL_BYTES)
      throw new StudioError(
        'option-invalid',
        `The ONNX file would have ${total} bytes and can have at most ${MAX_MODEL_BYTES}; export at a lower precision.`,
      )
    return parts
  }

  #graphBytes(): Uint8Array<ArrayBuffer> {
    return toBinary(
      GraphProtoSchema,
      create(GraphProtoSchema, {
        name: this.#name,
        node: this.#nodes,
        input: this.#inputs,
        output: this.#outputs,
      }),
    )
  }

  #claim(name: string): string {
    const unique = this.#free(name)
    this.#names.add(unique)
    return unique
  }

  #free(name: string): string {
    if (!this.#names.has(name)) return name
    let count = 1
    while (this.#names.has(`${name}_${count}`)) count++
    return `${name}_${count}`
  }
}

/** One array of all parts. */
export function joinParts(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(byteCount(parts))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

const byteCount = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)

/** Tag and length of a field whose content follows. The length is a varint of up to 2⁵³. */
function frame(field: number, length: number): Uint8Array<ArrayBuffer> {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint64(length).finish()
}

function constantParts({ name, dims, data }: Constant): Uint8Array<ArrayBuffer>[] {
  const header = toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, { name, dims: dims.map(BigInt), dataType: dataTypeOf(data) }),
  )
  const raw = rawBytes(data)
  const rawFrame = frame(TENSOR_RAW_DATA, raw.length)
  const length = header.length + rawFrame.length + raw.length
  return [frame(GRAPH_INITIALIZER, length), header, rawFrame, raw]
}

function dataTypeOf(data: ConstantData): DataType {
  if (data instanceof Float32Array) return DataType.FLOAT
  if (data instanceof BigInt64Array) return DataType.INT64
  return data instanceof Int8Array ? DataType.INT8 : DataType.UINT8
}

/** Little endian is ONNX's order, and that of every platform with WebGPU or Node. */
function rawBytes(data: ConstantData): Uint8Array<ArrayBuffer> {
  assert(new Uint8Array(Uint16Array.of(1).buffer)[0] === 1, 'the platform must be little endian')
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function attributeProto([name, value]: [string, Attribute]): AttributeProto {
  const field = ((): Partial<Pick<AttributeProto, 'type' | 'i' | 'f' | 's' | 'ints'>> => {
    if (typeof value === 'number') return { type: AttributeType.INT, i: BigInt(value) }
    if (typeof value === 'string') return { type: AttributeType.STRING, s: new TextEncoder().encode(value) }
    if ('float' in value) return { type: AttributeType.FLOAT, f: value.float }
    return { type: AttributeType.INTS, ints: value.map(BigInt) }
  })()
  return create(AttributeProtoSchema, { name, ...field })
}

function valueInfo(
  name: string,
  type: keyof typeof ELEMENT_TYPES,
  shape: readonly Dimension[],
): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }))
  const tensor = { elemType: ELEMENT_TYPES[type], shape: { dim } }
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensor } } })
}

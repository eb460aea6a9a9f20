// ONNX Runtime on the CPU, in a worker of its own.
import * as ort from 'onnxruntime-web/wasm'
import { serveOnnxRuntime } from './onnxruntime-service.ts'

serveOnnxRuntime(ort, 'wasm')

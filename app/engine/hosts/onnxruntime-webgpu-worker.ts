// ONNX Runtime on the GPU, in a worker of its own; operators that it has no shaders for run on the CPU.
import * as ort from 'onnxruntime-web/webgpu'
import { serveOnnxRuntime } from './onnxruntime-service.ts'

serveOnnxRuntime(ort, 'webgpu')

// Where a model lies among paths.
import { expect, it } from 'vitest'
import { modelRoot } from './model-root.ts'

it.each<[readonly string[], string]>([
  [['config.json', 'onnx/config.json'], ''],
  [['mine/config.json', 'mine/model.safetensors'], 'mine/'],
  [['a/b/c/config.json', 'a/b/config.json', 'readme'], 'a/b/'],
  [['a/model.safetensors', 'a/x/y'], 'a/'],
  [['a/model.safetensors', 'b/y'], ''],
  [['model.safetensors'], ''],
  [['a/my-config.json', 'a/b'], 'a/'],
  [[], ''],
])('of %j is “%s”', (paths, root) => {
  expect(modelRoot(paths)).toBe(root)
})

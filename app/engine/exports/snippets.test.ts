// Snippets: they name what was written, survive odd folder names, and leave out what has no file.
import { describe, expect, it } from 'vitest'
import { exportSnippets } from './snippets.ts'

const FILES = [
  { file: 'onnx/model.onnx', format: 'onnx', precision: 'fp32' },
  { file: 'onnx/model_quantized.onnx', format: 'onnx', precision: 'q8' },
  { file: 'model.safetensors', format: 'safetensors', precision: 'fp32' },
]

const codeOf = (files: typeof FILES, folder = 'sample-decant', labels = 77) =>
  Object.fromEntries(
    exportSnippets({ files, folder, labels, maxLength: 40 }).map(({ id, code }) => [id, code]),
  )

describe('exportSnippets', () => {
  it('names the folder, the file that runs fastest on CPUs, the length and the number of labels', () => {
    const { python, javascript, command } = codeOf(FILES)
    expect(python).toContain('f"{folder}/onnx/model_quantized.onnx"')
    expect(python).toContain('folder = "sample-decant"')
    expect(python).toContain('enable_truncation(40)')
    expect(python).toContain('77 of them')
    expect(javascript).toContain("'sample-decant', { dtype: 'q8' }")
    expect(javascript).toContain('top_k: 3')
    expect(command).toBe('npx decant predict sample-decant --data texts.csv --json')
  })

  it('takes another file where that one was not written, and asks for no more classes than there are', () => {
    const { python, javascript } = codeOf(FILES.slice(0, 1), 'sample-decant', 2)
    expect(python).toContain('/onnx/model.onnx')
    expect(javascript).toContain("dtype: 'fp32'")
    expect(javascript).toContain('top_k: 2')
  })

  it('leaves Python and Transformers.js out without an ONNX file', () => {
    expect(Object.keys(codeOf(FILES.slice(2)))).toEqual(['command'])
  })

  it('quotes folder names that would end a string or a word', () => {
    const { python, javascript, command } = codeOf(FILES, 'it\'s "mine"')
    expect(python).toContain('folder = "it\'s \\"mine\\""')
    expect(javascript).toContain("'it\\'s \"mine\"'")
    expect(command).toBe("npx decant predict 'it'\\''s \"mine\"' --data texts.csv --json")
  })
})

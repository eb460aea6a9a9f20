// Ids and links of the Hub as people paste them.
import { expect, test } from 'vitest'
import { parseHubAddress } from './hub-address.ts'

test.each<[string, string, string]>([
  ['org/name', 'org/name', 'main'],
  ['bert-base-uncased', 'bert-base-uncased', 'main'],
  ['  org/name  ', 'org/name', 'main'],
  ['org/name/', 'org/name', 'main'],
  ['/org/name', 'org/name', 'main'],
  ['org / name', 'org/name', 'main'],
  ['"org/name"', 'org/name', 'main'],
  ['<https://huggingface.co/org/name>', 'org/name', 'main'],
  ['hub:org/name', 'org/name', 'main'],
  ['hf://org/name', 'org/name', 'main'],
  ['org/name@v1.0', 'org/name', 'v1.0'],
  ['huggingface.co/org/name', 'org/name', 'main'],
  ['https://huggingface.co/org/name', 'org/name', 'main'],
  ['http://www.huggingface.co/org/name/', 'org/name', 'main'],
  ['https://hf.co/org/name', 'org/name', 'main'],
  ['https://huggingface.co/org/name?library=transformers', 'org/name', 'main'],
  ['https://huggingface.co/org/name#usage', 'org/name', 'main'],
  ['https://huggingface.co/org/name/tree/main', 'org/name', 'main'],
  ['https://huggingface.co/org/name/tree/refs%2Fpr%2F1', 'org/name', 'refs/pr/1'],
  ['https://huggingface.co/org/name/blob/abc123/onnx/model.onnx', 'org/name', 'abc123'],
  ['https://huggingface.co/org/name/resolve/v2/model.safetensors', 'org/name', 'v2'],
  ['https://huggingface.co/distilbert-base-uncased/blob/main/config.json', 'distilbert-base-uncased', 'main'],
  ['https://huggingface.co/models/org/name', 'org/name', 'main'],
  ['philschmid/BERT-Banking77', 'philschmid/BERT-Banking77', 'main'],
])('%s', (given, repo, revision) => {
  expect(parseHubAddress(given)).toEqual({ repo, revision })
})

test.each([
  '',
  '   ',
  'a/b/c',
  '../secret',
  'org/..',
  'org/na me',
  'https://example.com/org/name',
  'https://huggingface.co/datasets/PolyAI/banking77',
  'https://huggingface.co/spaces/org/demo',
  'org/name@../../x',
  'org/name@a b',
  '-org/name',
])('“%s” is refused, and shown', (given) => {
  expect(() => parseHubAddress(given)).toThrow(`“${given.trim()}” names no model of the Hub`)
})

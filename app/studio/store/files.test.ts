// Sorting of dropped and picked files: where the model lies, and which tables are for what.
import { describe, expect, it } from 'vitest'
import { pickedTables, roleOf, sortFiles } from './files.ts'

const at = (path: string) => ({ path, file: new File(['x'], path.split('/').at(-1) ?? path) })
const paths = (sorted: ReturnType<typeof sortFiles>) => sorted.model?.files.map(({ path }) => path)

describe('sortFiles', () => {
  it('takes the folder of config.json as the model and its name', () => {
    const sorted = sortFiles([
      at('mine/config.json'),
      at('mine/model.safetensors'),
      at('mine/onnx/model.onnx'),
    ])
    expect(sorted.model?.name).toBe('mine')
    expect(paths(sorted)).toEqual(['config.json', 'model.safetensors', 'onnx/model.onnx'])
  })

  it('finds a model in a deeper folder, the tables beside it as data', () => {
    const sorted = sortFiles([
      at('sample/recipe.json'),
      at('sample/model/config.json'),
      at('sample/train.csv'),
      at('sample/test.csv'),
    ])
    expect(paths(sorted)).toEqual(['config.json'])
    expect(sorted.tables.map(({ role }) => role)).toEqual(['train', 'test'])
  })

  it('hands over a folder without config.json, so that the engine can say what is missing', () => {
    expect(paths(sortFiles([at('broken/model.safetensors')]))).toEqual(['model.safetensors'])
  })

  it('takes a lone table as data, without a model', () => {
    expect(sortFiles([at('rows.CSV')]).model).toBeUndefined()
    expect(sortFiles([at('rows.CSV')]).tables).toHaveLength(1)
  })

  it.each(['a.csv', 'a.tsv', 'a.tab', 'a.jsonl', 'a.ndjson', 'train-00000-of-00001.PARQUET', 'a.json'])(
    'takes %s for a table',
    (name) => {
      expect(sortFiles([at(name)]).tables).toHaveLength(1)
    },
  )

  it('takes .json files beside a model for the model’s, and other tables for data', () => {
    const sorted = sortFiles([at('m/config.json'), at('m/special.json'), at('m/test.jsonl')])
    expect(paths(sorted)).toEqual(['config.json', 'special.json'])
    expect(sorted.tables.map(({ role }) => role)).toEqual(['test'])
  })

  it.each([
    [['validation.parquet', 'train.parquet'], ['train.parquet train', 'validation.parquet test'], undefined],
    [['dev.csv', 'test.csv'], ['dev.csv train', 'test.csv test'], undefined],
    [['val.csv'], ['val.csv train'], undefined],
    [
      ['train-0.parquet', 'train-1.parquet', 'test.csv', 'eval.csv'],
      ['train-0.parquet train', 'test.csv test'],
      ['train-1.parquet', 'eval.csv'],
    ],
  ])('opens one table a role of %j, and names the others', (names, tables, leftOut) => {
    const sorted = sortFiles(names.map(at))
    expect(sorted.tables.map(({ file, role }) => `${file.name} ${role}`)).toEqual(tables)
    expect(sorted.leftOut).toEqual(leftOut)
  })

  it('takes whatever was picked as data for data', () => {
    const list = [at('config.json').file, at('notes_test.txt').file]
    expect(pickedTables(list as unknown as FileList).tables.map(({ role }) => role)).toEqual([
      'train',
      'test',
    ])
  })

  it('reads the role from the name', () => {
    expect([roleOf('my_test.csv'), roleOf('Test-2.tsv'), roleOf('train.csv')]).toEqual([
      'test',
      'test',
      'train',
    ])
  })
})

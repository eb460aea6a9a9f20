// The sample that is served beside the page: its model, its tables, and the recipe that suits them.
import { type ByteSource, blobSource, type Folder, readText } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import type { Table } from '../data/dataset.ts'
import { openTable } from '../data/open-table.ts'
import type { Recipe } from '../protocol.ts'
import { parseRecipe } from '../recipe.ts'

const MODEL_FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']

/** @throws StudioError `file-missing` when the server does not have a file */
export async function fetchSample(): Promise<{ folder: Folder; recipe: Recipe; train: Table; test: Table }> {
  const base = new URL(`${import.meta.env.BASE_URL}sample/`, self.location.origin)
  const recipe = parseRecipe(await readText(await fetchSource(base, 'recipe.json')), 'recipe.json')
  const files = await Promise.all(MODEL_FILES.map((name) => fetchSource(base, `model/${name}`, name)))
  const [train, test] = await Promise.all(
    [recipe.data.train!, recipe.data.test!].map(async (name) => openTable(await fetchSource(base, name))),
  )
  const folder = { name: 'sample', files: new Map(files.map((file) => [file.name, file])) }
  return { folder, recipe, train: train!, test: test! }
}

async function fetchSource(base: URL, path: string, name = path): Promise<ByteSource> {
  const response = await fetch(new URL(path, base))
  if (!response.ok)
    throw new StudioError('file-missing', `The sample’s ${path} did not load (${response.status}).`)
  return blobSource(name, await response.blob())
}

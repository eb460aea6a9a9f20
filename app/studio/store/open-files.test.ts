// A lone .json file is a recipe or a table: told apart by what is in it, wherever it was picked or dropped.
import { expect, it } from 'vitest'
import type { Command } from '../../engine/protocol.ts'
import { pickedTables, sortFiles } from './files.ts'
import { createStudio } from './studio.ts'
import { opened } from './testing.ts'

const RECIPE = JSON.stringify({ recipe_version: 1, model: 'x', data: { train: 'a.csv' }, stages: [] })
const ROWS = '[{"text": "hello"}]'

async function sentFor(files: readonly { path: string; text: string }[], isPickedAsData = false) {
  const sent: Command[] = []
  const { intents, receive, store } = createStudio((command) => sent.push(command))
  for (const event of opened) receive(event)
  const given = files.map(({ path, text }) => ({ path, file: new File([text], path.split('/').at(-1)!) }))
  const list = given.map(({ file }) => file) as unknown as FileList
  intents.openFiles(isPickedAsData ? pickedTables(list) : sortFiles(given))
  await new Promise((resolve) => setTimeout(resolve, 20))
  return { sent, state: store.getState() }
}

it.each([
  ['dropped', 'recipe.json', false],
  ['dropped under any name', 'Mine v2.JSON', false],
  ['dropped in a folder', 'out/recipe.json', false],
  ['picked as data', 'recipe.json', true],
])('a recipe %s is taken over as one', async (_, path, isPickedAsData) => {
  const { sent, state } = await sentFor([{ path, text: RECIPE }], isPickedAsData)
  expect(sent).toEqual([{ type: 'open-recipe', name: path.split('/').at(-1), text: RECIPE }])
  expect(state.activity.state, 'nothing is being opened').toBe('idle')
})

it.each([
  ['a list of objects', 'rows.json', ROWS],
  ['an object without a version', 'rows.json', '{"text": "recipe_version"}'],
  ['no JSON at all', 'rows.json', '{'],
  ['null', 'rows.json', 'null'],
  ['lines that only begin like a recipe', 'rows.jsonl', RECIPE],
])('%s stays data', async (_, path, text) => {
  const { sent } = await sentFor([{ path, text }])
  expect(sent).toMatchObject([{ type: 'open-data', train: { name: path } }])
})

it('a recipe beside a model stays the model’s, and beside a table no one’s', async () => {
  const recipe = { path: 'm/recipe.json', text: RECIPE }
  const withModel = await sentFor([recipe, { path: 'm/config.json', text: '{}' }])
  expect(withModel.sent).toMatchObject([{ type: 'open-model', files: [{}, {}] }])
  const withTable = await sentFor([recipe, { path: 'm/train.csv', text: 'text' }])
  expect(withTable.sent.map(({ type }) => type)).toEqual(['open-model', 'open-data'])
})

it('a file without any recipe in it that is called recipe.json is looked at by the engine', async () => {
  const { sent } = await sentFor([{ path: 'recipe.json', text: '{}' }])
  expect(sent).toMatchObject([{ type: 'open-model', files: [{ path: 'recipe.json' }] }])
})

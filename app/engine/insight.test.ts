// A closer look at a session: differences add up to the table's numbers, attention has every model, nothing is left on the GPU.
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { FIXTURES, failureOf } from './formats/testing.ts'
import { readFolder } from './hosts/node-files.ts'
import { attentionOf, differencesOf, MOST_ATTENTION_TOKENS } from './insight.ts'
import { parseStage } from './recipe.ts'
import { Session } from './session.ts'
import { messages, tableOf } from './testing.ts'

let gpu: Gpu
beforeAll(async () => {
  gpu = await testGpu()
})

/** The tiny model, its teacher row and an untrained pruned student. */
async function openPruned(): Promise<Session> {
  const session = new Session(gpu, () => {})
  await session.openModel(await readFolder(join(FIXTURES, 'tiny-bert')))
  session.openData({ test: await tableOf(messages(24, 2), 'test.csv') })
  await session.measureTeacher()
  await session.runStage(
    parseStage({ kind: 'prune', pruning_ratio: 0.5, importance: 'magnitude' }, 'stage'),
    {
      untrained: true,
    },
  )
  return session
}

it('tells differences that add up to the agreement and the accuracies of the table', async () => {
  const session = await openPruned()
  const [teacher, pruned] = session.table.entries.map(({ row }) => row)
  const { key, differences } = differencesOf(session, 'prune')!
  const { gained, lost, changed } = differences.counts
  expect([key, differences.compared]).toEqual(['prune', 24])
  expect(24 - gained - lost - changed).toBe(Math.round(pruned!.agreement * 24))
  expect(gained - lost).toBe(Math.round((pruned!.accuracy! - teacher!.accuracy!) * 24))
  const right = differences.classes.reduce((sum, { studentRight }) => sum + studentRight, 0)
  expect(right).toBe(Math.round(pruned!.accuracy! * 24))
  session.close()
})

it('has no answer for a row that is not there', async () => {
  const session = await openPruned()
  expect(differencesOf(session, 'distill')).toBeUndefined()
  session.table.dropStage('prune')
  expect(differencesOf(session, 'prune')).toBeUndefined()
  session.close()
})

it('shows the attention of every model, with the tokens that they saw and how many were cut', async () => {
  const session = await openPruned()
  const before = gpu.pool.ledger.now
  const short = await attentionOf(session, 'my card')
  expect(short.tokens).toEqual(['[CLS]', 'my', 'card', '[SEP]'])
  expect(short.cutTokens).toBe(0)
  expect(short.models.map(({ key }) => key)).toEqual(['teacher', 'prune'])
  const shapes = session.table.entries.map(({ row }) => row.layers.map(({ heads }) => heads))
  expect(short.models.map(({ layers }) => layers.map(({ heads }) => heads.length))).toEqual(shapes)
  const long = await attentionOf(session, 'card '.repeat(100))
  const { spec } = session.opened!.checkpoint
  expect(long.tokens).toHaveLength(Math.min(MOST_ATTENTION_TOKENS, spec.positions))
  expect(long.tokens.length + long.cutTokens).toBe(102)
  expect(gpu.pool.ledger.now).toBe(before)
  session.close()
})

it('asks for a model first', async () => {
  const session = new Session(gpu, () => {})
  expect((await failureOf(() => attentionOf(session, 'x'))).code).toBe('file-missing')
})

// `decant run`: a whole recipe from the command line.
import { dirname, resolve } from 'node:path'
import { readText } from '../engine/base/bytes.ts'
import { comparisonTable } from '../engine/exports/model-card.ts'
import { ensureFolder, fileSource, readFolder, writableFolder } from '../engine/hosts/node-files.ts'
import { onnxRuntimeNode } from '../engine/hosts/onnxruntime-node.ts'
import { type RecipeFiles, runRecipe } from '../engine/pipeline.ts'
import type { Recipe } from '../engine/protocol.ts'
import { parseRecipe } from '../engine/recipe.ts'
import { CHECKS } from '../engine/self-test.ts'
import { StageStore } from '../engine/stage-store.ts'
import type { Arguments } from './arguments.ts'
import { HUB_PREFIX, openWholeModel } from './open-model.ts'
import { openSession } from './open-session.ts'
import { duration, type ProgressBar } from './progress-bar.ts'

export async function run(args: Arguments, progress: ProgressBar): Promise<string> {
  const started = performance.now()
  const source = await fileSource(args.target, args.target)
  const recipe = parseRecipe(await readText(source), args.target)
  const out = resolve(args.out!)
  const files = await recipeFiles(recipe, { base: dirname(resolve(args.target)), out }, progress)
  await ensureFolder(out)
  const { session, selfTest } = await openSession(progress, args, CHECKS)
  const store = new StageStore({ read: files.reopen, output: files.output, resume: args.resume })
  const report = await runRecipe(session, recipe, { files, selfTest, runtime: onnxRuntimeNode(), store })
  progress.note(
    `Done in ${duration((performance.now() - started) / 1000)}; ${out} has the model and the report.`,
  )
  return args.json ? `${JSON.stringify(report, null, 2)}\n` : `${comparisonTable(report.rows)}\n`
}

/** Tables are looked for first: a model may take long to arrive. */
async function recipeFiles(
  { model: place, data }: Recipe,
  { base, out }: { base: string; out: string },
  progress: ProgressBar,
): Promise<RecipeFiles> {
  const file = (name: string | undefined) =>
    name === undefined ? undefined : fileSource(resolve(base, name), name)
  const [train, test] = await Promise.all([file(data.train), file(data.test)])
  const model = await openWholeModel(place.startsWith(HUB_PREFIX) ? place : resolve(base, place), progress)
  return {
    model,
    ...(train ? { train } : {}),
    ...(test ? { test } : {}),
    output: writableFolder(out),
    reopen: () => readFolder(out),
  }
}

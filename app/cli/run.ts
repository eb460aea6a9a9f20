// `decant run`: a whole recipe from the command line.
import { dirname, resolve } from 'node:path'
import { readText } from '../engine/base/bytes.ts'
import { StudioError } from '../engine/base/errors.ts'
import { comparisonTable } from '../engine/exports/model-card.ts'
import { ensureFolder, fileSource, readFolder, writableFolder } from '../engine/hosts/node-files.ts'
import { onnxRuntimeNode } from '../engine/hosts/onnxruntime-node.ts'
import { type RecipeFiles, runRecipe } from '../engine/pipeline.ts'
import type { Recipe } from '../engine/protocol.ts'
import { parseRecipe } from '../engine/recipe.ts'
import { StageStore } from '../engine/stage-store.ts'
import type { Arguments } from './arguments.ts'
import { openSession } from './open-session.ts'
import { duration, type ProgressBar } from './progress-bar.ts'

export async function run(args: Arguments, progress: ProgressBar): Promise<string> {
  const started = performance.now()
  const source = await fileSource(args.target, args.target)
  const recipe = parseRecipe(await readText(source), args.target)
  const out = resolve(args.out!)
  const files = await recipeFiles(recipe, dirname(resolve(args.target)), out)
  await ensureFolder(out)
  const { session, selfTest } = await openSession(progress)
  const store = new StageStore({ read: files.reopen, output: files.output, resume: args.resume })
  const report = await runRecipe(session, recipe, { files, selfTest, runtime: onnxRuntimeNode(), store })
  progress.note(
    `Done in ${duration((performance.now() - started) / 1000)}; ${out} has the model and the report.`,
  )
  return args.json ? `${JSON.stringify(report, null, 2)}\n` : `${comparisonTable(report.rows)}\n`
}

async function recipeFiles(recipe: Recipe, base: string, out: string): Promise<RecipeFiles> {
  if (recipe.model.startsWith('hub:'))
    throw new StudioError(
      'recipe-invalid',
      `"model" is ${recipe.model}; Hub models are not downloaded yet. Download the folder and name its path.`,
    )
  const file = (name: string | undefined) =>
    name === undefined ? undefined : fileSource(resolve(base, name), name)
  const [model, train, test] = await Promise.all([
    readFolder(resolve(base, recipe.model)),
    file(recipe.data.train),
    file(recipe.data.test),
  ])
  return {
    model,
    ...(train ? { train } : {}),
    ...(test ? { test } : {}),
    output: writableFolder(out),
    reopen: () => readFolder(out),
  }
}

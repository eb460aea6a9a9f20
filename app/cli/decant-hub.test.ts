// The command line on models of the Hub, played by a stand-in on this machine; and folders that lack something.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubServer, hangAfter, startHub } from '../engine/fixtures/hub-server.ts'
import { PRIVATE_REPO, REPO, TOKEN } from '../engine/fixtures/hub-stand-in.ts'
import { buildCommandLine, makeFolder, type Outcome, program, TINY_BERT, writeRecipe } from './testing.ts'

const MODEL = `hub:${REPO}`

let folder: string
let hub: HubServer
beforeAll(async () => {
  buildCommandLine()
  folder = makeFolder()
  hub = await startHub(TINY_BERT)
})
afterAll(async () => {
  await hub.close()
  rmSync(folder, { recursive: true })
})

/** Runs with the stand-in for the Hub and a cache of its own. */
function onHub(cache: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const own = { HF_ENDPOINT: hub.url, HF_TOKEN: '', DECANT_CACHE: join(folder, cache) }
  return program(args, { env: { ...own, ...env } })
}

describe('hub:org/name', () => {
  it('is inspected, with what is fetched on stderr, and fetched once', async () => {
    const local = await program(['inspect', TINY_BERT, '--json'])
    const first = await onHub('inspect', ['inspect', MODEL, '--json'])
    expect(first.code, first.stderr).toBe(0)
    expect(JSON.parse(first.stdout)).toEqual({ ...JSON.parse(local.stdout), name: REPO })
    expect(first.stderr).toMatch(
      /^Downloading 0\.1 MB of someone\/tiny-bert@main \(commit 5bd1f0c9\) into .+ …\nopen: downloading: 0\.1 MB\n$/,
    )
    const second = await onHub('inspect', ['inspect', `${MODEL}@main`])
    expect([second.code, second.stderr]).toEqual([0, expect.stringMatching(/nothing is downloaded\.\n$/)])
    const away = await onHub('inspect', ['inspect', MODEL], { HF_ENDPOINT: 'http://127.0.0.1:9' })
    expect(away.code, away.stderr).toBe(0)
    expect(away.stderr).toMatch(/The Hub at 127\.0\.0\.1:9 could not be reached .+ Using commit 5bd1f0c9/)
  })

  it('is predicted and evaluated as the folder is', async () => {
    const data = ['--data', join(folder, 'test.csv'), '--json']
    const rows = async (model: string) => {
      const { code, stdout, stderr } = await onHub('score', ['predict', model, ...data])
      expect(code, stderr).toBe(0)
      return JSON.parse(stdout)
    }
    expect(await rows(MODEL)).toEqual(await rows(TINY_BERT))
    const { code, stdout } = await onHub('score', ['evaluate', MODEL, ...data])
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { stage: 'teacher', n: 40 }])
  }, 120_000)

  it('is the model of a recipe, and stays so in what the run writes', async () => {
    const recipe = writeRecipe(folder, 'hub.json', { model: MODEL, stages: [], export: [] })
    const out = join(folder, 'out')
    const { code, stderr } = await onHub('run', ['run', recipe, '--out', out])
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('Downloading')
    expect(JSON.parse(readFileSync(join(out, 'recipe.json'), 'utf8')).model).toBe(MODEL)
    expect(existsSync(join(out, 'report.json'))).toBe(true)
  }, 120_000)

  it('is not fetched for a recipe whose table is not there', async () => {
    const data = { train: 'gone.csv' }
    const recipe = writeRecipe(folder, 'gone.json', { model: MODEL, data, stages: [] })
    const { code, stderr } = await onHub('gone', ['run', recipe, '--out', join(folder, 'gone')])
    expect([code, stderr]).toEqual([1, expect.stringContaining('gone.csv does not exist')])
    expect(existsSync(join(folder, 'gone'))).toBe(false)
  })

  it('that is private needs HF_TOKEN', async () => {
    const refused = await onHub('private', ['inspect', `hub:${PRIVATE_REPO}`])
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toMatch(
      /does not hand out someone\/secret \(401\).*\nSet HF_TOKEN to an access token/,
    )
    const allowed = await onHub('private', ['inspect', `hub:${PRIVATE_REPO}`], { HF_TOKEN: TOKEN })
    expect(allowed.code, allowed.stderr).toBe(0)
  })

  it('that is not there, or whose name is none, is the input’s fault', async () => {
    const missing = await onHub('none', ['inspect', 'hub:nobody/nothing'])
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringContaining('The Hub has no nobody/nothing (404)'),
    ])
    const wrong = await onHub('none', ['inspect', 'hub:a/b/c'])
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('names no model of the Hub')])
  })

  it('is left in mid-way by Ctrl-C with 130, and gone on with by the same command', async () => {
    const env = { HF_ENDPOINT: hub.url, DECANT_CACHE: join(folder, 'stopped') }
    let stop = () => {}
    hub.spoil = hangAfter(60_000, () => setTimeout(() => stop(), 500))
    const stopped = await program(['inspect', MODEL], {
      env,
      onStderr: (_, child) => {
        stop = () => child.kill('SIGINT')
      },
    })
    expect([stopped.code, stopped.stdout], stopped.stderr).toEqual([130, ''])
    expect(stopped.stderr).toMatch(/Stopping …\nCancelled; what has arrived is kept\.\n/)
    hub.asked.length = 0
    const again = await onHub('stopped', ['inspect', MODEL])
    expect(again.code, again.stderr).toBe(0)
    expect(hub.asked.find(({ path }) => path.endsWith('.safetensors'))?.range).toMatch(/^bytes=[1-9]\d*-$/)
  })
})

describe('a folder that lacks files', () => {
  const lacking = (name: string, change: (path: string) => void) => {
    const path = join(folder, name)
    cpSync(TINY_BERT, path, { recursive: true })
    change(path)
    return path
  }

  it('is answered by the ticked list of what is needed', async () => {
    const path = lacking('half', (where) => {
      rmSync(join(where, 'tokenizer.json'))
      writeFileSync(join(where, 'vocab.txt'), '[PAD]\n')
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 4380\n`
      writeFileSync(join(where, 'model.safetensors'), pointer)
    })
    const list = [
      '  ✓ config.json        configuration, found',
      '  ✗ model.safetensors  weights, missing: only a Git LFS pointer is there; git lfs pull fetches the file',
      '  ✗ tokenizer.json     tokenizer, missing: only vocab.txt is there; tokenizer.save_pretrained(folder) of a fast tokenizer writes it',
    ].join('\n')
    for (const args of [
      ['inspect', path],
      ['predict', path, '--data', join(folder, 'test.csv')],
      ['run', writeRecipe(folder, 'half.json', { model: path }), '--out', join(folder, 'never')],
    ]) {
      const { code, stdout, stderr } = await program(args)
      expect([code, stdout], stderr).toEqual([1, ''])
      expect(stderr).toContain(`${list}\nAdd the file to the folder`)
    }
  })

  it('of which only the tokenizer is missing can be inspected all the same', async () => {
    const path = lacking('mute', (where) => rmSync(join(where, 'tokenizer.json')))
    expect((await program(['inspect', path])).code).toBe(0)
  })
})

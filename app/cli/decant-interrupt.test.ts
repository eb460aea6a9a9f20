// Runs that are stopped: Ctrl-C and its kin end with 130, and --resume goes on after SIGKILL.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCommandLine, decant, makeFolder, program, writeRecipe } from './testing.ts'

const folder = makeFolder()
beforeAll(buildCommandLine)
afterAll(() => rmSync(folder, { recursive: true }))

/** 200 rows, a tenth held out, 8 a batch. */
const STEPS_PER_EPOCH = 23
const EPOCHS = 4
const recipe = (name: string, epochs: number) =>
  writeRecipe(folder, name, {
    stages: [{ kind: 'distill', student_layers: [0], epochs, batch_size: 8 }],
    export: [{ format: 'onnx', precision: 'fp32' }],
  })

describe('a run that is interrupted', () => {
  it.each([
    ['by Ctrl-C, which reaches the whole group', 'SIGINT', (pid: number) => -pid],
    ['by a signal to its first process alone', 'SIGINT', (pid: number) => pid],
    ['by a request to end', 'SIGTERM', (pid: number) => pid],
  ] as const)('%s ends soon with 130 and an empty stdout', async (_, signal, target) => {
    let sent = 0
    const args = ['run', recipe('long.json', 100), '--out', join(folder, `out-${Math.random()}`), '--json']
    const { code, stdout, stderr } = await decant(args, {
      onStderr: (text, { pid }) => {
        if (sent > 0 || !text.includes(': validation')) return
        sent = performance.now()
        process.kill(target(pid!), signal)
      },
    })
    expect([code, stdout], stderr).toEqual([130, ''])
    expect(stderr).toMatch(/Stopping …\nCancelled\.\n/)
    expect(performance.now() - sent, 'milliseconds to end').toBeLessThan(10_000)
  })
})

describe('a run that is killed in mid-way', () => {
  it('goes on with --resume where its last epoch ended', async () => {
    const out = join(folder, 'killed')
    const path = recipe('killed.json', EPOCHS)
    const checkpoint = join(out, 'stages/1-distill/training-0.json')
    const killed = await decant(['run', path, '--out', out], {
      onStderr: (_, { pid }) => {
        if (existsSync(checkpoint)) process.kill(-pid!, 'SIGKILL')
      },
    })
    expect(killed.code).toBeNull()
    expect(existsSync(join(out, 'stages/1-distill/stage.json')), 'the stage was under way').toBe(false)
    expect(existsSync(join(out, 'report.json'))).toBe(false)
    const resumed = await program(['run', path, '--out', out, '--resume', '--json'])
    expect(resumed.code, resumed.stderr).toBe(0)
    const steps = [...resumed.stderr.matchAll(/step (\d+): validation/g)].map(([, step]) => Number(step))
    expect(steps[0]).toBeGreaterThan(STEPS_PER_EPOCH)
    expect(steps.at(-1)).toBe(EPOCHS * STEPS_PER_EPOCH)
    expect(resumed.stderr, 'the teacher was kept').not.toContain('teacher: measuring')
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
    expect(JSON.parse(resumed.stdout)).toEqual(report)
    expect(report.rows.map(({ stage }: { stage: string }) => stage)).toEqual(['teacher', 'distill'])
  })
})

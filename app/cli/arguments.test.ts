// The command line's grammar: what is understood, and what is refused as wrong usage with the reason.
import { describe, expect, it } from 'vitest'
import { failureOf } from '../engine/formats/testing.ts'
import { parseArguments, USAGE } from './arguments.ts'

const split = (line: string) => line.split(' ').filter(Boolean)
const PLAIN = { resume: false, json: false }

describe('parseArguments', () => {
  it.each([
    ['inspect model', { command: 'inspect', target: 'model', ...PLAIN }],
    ['inspect model --json', { command: 'inspect', target: 'model', ...PLAIN, json: true }],
    ['inspect --json model', { command: 'inspect', target: 'model', ...PLAIN, json: true }],
    ['predict m --data d.csv', { command: 'predict', target: 'm', data: 'd.csv', ...PLAIN }],
    [
      'predict m --data=d.csv --text body --max-length 64 --json',
      {
        command: 'predict',
        target: 'm',
        data: 'd.csv',
        text: 'body',
        maxLength: 64,
        resume: false,
        json: true,
      },
    ],
    [
      'evaluate m --data d.csv --text body --label kind --max-length 4',
      {
        command: 'evaluate',
        target: 'm',
        data: 'd.csv',
        text: 'body',
        label: 'kind',
        maxLength: 4,
        ...PLAIN,
      },
    ],
    ['run r.json --out o', { command: 'run', target: 'r.json', out: 'o', ...PLAIN }],
    [
      'run r.json --out o --resume --json',
      { command: 'run', target: 'r.json', out: 'o', resume: true, json: true },
    ],
  ])('understands %s', (line, expected) => {
    expect(parseArguments(split(line))).toEqual(expected)
  })

  it.each(['', 'help', '--help', '-h', 'run --help', 'evaluate m -h'])('shows help for "%s"', (line) => {
    expect(parseArguments(split(line)).command).toBe('help')
  })

  it.each([
    ['train m', 'no command "train"', 'inspect, predict, evaluate, run'],
    ['constructor m', 'no command "constructor"', 'inspect'],
    ['inspect', 'inspect needs a MODEL'],
    ['run --out o', 'run needs a RECIPE'],
    ['inspect a b', 'takes one MODEL', '"b"'],
    ['run a b --out o', 'takes one RECIPE', '"b"'],
    ['predict m', 'predict needs --data FILE'],
    ['evaluate m --json', 'evaluate needs --data FILE'],
    ['run r.json', 'run needs --out FOLDER'],
    ['inspect m --data d.csv', 'inspect has no option --data'],
    ['predict m --data d.csv --label l', 'predict has no option --label'],
    ['evaluate m --data d.csv --resume', 'evaluate has no option --resume'],
    ['run r.json --out o --max-length 9', 'run has no option --max-length'],
    ['evaluate m --data d.csv --max-length 3', '--max-length is "3"', 'a whole number from 4'],
    ['evaluate m --data d.csv --max-length 7.5', '--max-length is "7.5"'],
    ['evaluate m --data d.csv --max-length many', '--max-length is "many"'],
    ['evaluate m --data d.csv --max-length=', '--max-length is ""'],
    ['evaluate m --data', '--data'],
    ['inspect m --quiet', '--quiet'],
    ['inspect m --json=yes', '--json'],
  ])('refuses "%s"', async (line, ...parts) => {
    const { code, message } = await failureOf(() => parseArguments(split(line)))
    expect(code).toBe('usage')
    for (const part of parts) expect(message).toContain(part)
  })
})

describe('USAGE', () => {
  it('names every command and option that is understood', () => {
    for (const command of ['inspect', 'predict', 'evaluate', 'run'])
      expect(USAGE).toContain(`decant ${command} `)
    for (const option of ['data', 'text', 'label', 'max-length', 'out', 'resume', 'json'])
      expect(USAGE).toContain(`--${option}`)
  })
})

// Turns one sentence into a customer's message: greeting, filler, a second topic in passing, thanks, casing, typos.
import type { Choices } from './choices.ts'
import { createSlots } from './slots.ts'

/** `train` and `test` differ in their sentences about the main topic and about the topic in passing. */
export type Split = 'train' | 'test'

/** How often a message has each trait (probability, 0-1). */
export const rates = {
  greeting: 0.35,
  filler: 0.14,
  aside: 0.16,
  closing: 0.32,
  rewording: 0.4,
  contraction: 0.5,
  typos: 0.25,
  secondTypo: 0.3,
  lowerCase: 0.2,
  upperCase: 0.015,
  noFullStop: 0.12,
} as const

const greetings = ['hi,', 'hello,', 'hi there,', 'hey,', 'good morning,', 'good evening,', 'hello team,']

const fillersBefore = [
  'I hope you can help.',
  'sorry to bother you.',
  'I have a quick question.',
  'I am not sure who to ask.',
  'this is my first time writing here.',
]

const fillersAfter = [
  'it is a bit urgent.',
  'a short answer is fine.',
  'no rush.',
  'sorry for the short note.',
]

const closings = [
  'thanks!',
  'thank you.',
  'thanks in advance.',
  'many thanks.',
  'thanks for your help.',
  'please let me know.',
  'have a nice day!',
  'kind regards.',
]

/** Sentences that mention another intent as solved or for later; `{topic}` is a noun phrase of that intent. */
export const asides: Readonly<Record<Split, readonly string[]>> = {
  train: [
    'by the way, {topic} is sorted now.',
    'thank you for your help with {topic} last week.',
    'I wrote to you about {topic} before, but that is done.',
    'this is not about {topic}, that worked out fine.',
    'I will write about {topic} another day.',
    'please ignore my earlier message about {topic}.',
    '{topic} can wait, we can leave that for later.',
    '{topic} is already solved, no need to look at that.',
    'no need to write back about {topic}.',
    'last week you had a look at {topic}, many thanks.',
    'this time it is not about {topic}.',
    'we can talk about {topic} later.',
  ],
  test: [
    'no need to answer my earlier message about {topic}.',
    'you had a look at {topic} last week, thank you for that.',
    'not about {topic} this time, that is already done.',
    'we can look at {topic} later, that can wait.',
  ],
}

// [what is written in the templates, what people write as well]
const rewordings: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\bI want to\b/, ['I would like to', 'I need to']],
  [/\bcan you\b/, ['could you', 'could you please']],
  [/\bhow do I\b/, ['how can I', 'how would I']],
  [/(?<!do )\bI need\b(?! to)/, ['I would like', 'I am looking for']],
  [/\bbought\b/, ['ordered', 'purchased']],
  [/\bplease\b/, ['kindly', 'please']],
]

const contractions: readonly (readonly [RegExp, string])[] = [
  [/\b(do|does|did|is|was|has|have) not\b/g, "$1n't"],
  [/\bcannot\b/g, "can't"],
  [/\bI am\b/g, "I'm"],
  [/\bI would\b/g, "I'd"],
  [/\b([wW]hat|[wW]here) is\b/g, "$1's"],
]

/**
 * Expands a template: `[a|b]` becomes one of its choices (which may be empty and may not nest), `{slot}` a word.
 * `slot` gives the word for a name.
 */
export function expand(template: string, slot: (name: string) => string, random: Choices): string {
  const chosen = template.replace(/\[([^\]]*)\]/g, (_, choices: string) => random.pick(choices.split('|')))
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => slot(name))
}

function reword(sentence: string, random: Choices): string {
  let out = sentence
  for (const [pattern, others] of rewordings) {
    if (pattern.test(out) && random.chance(rates.rewording)) out = out.replace(pattern, random.pick(others))
  }
  return out
}

function contract(text: string): string {
  return contractions.reduce((out, [pattern, short]) => out.replace(pattern, short), text)
}

function sentenceCase(text: string): string {
  return text.replace(
    /(^|[.?!] )([a-z])/g,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  )
}

function recase(text: string, random: Choices): string {
  if (random.chance(rates.upperCase)) return text.toUpperCase()
  if (random.chance(rates.lowerCase)) return text.toLowerCase()
  return sentenceCase(text)
}

function misspell(word: string, random: Choices): string {
  // The first letter stays: people rarely miss it, and the word stays readable.
  const at = 1 + random.below(word.length - 2)
  const [here, after] = [word.charAt(at), word.charAt(at + 1)]
  const kind = random.pick(['swap', 'drop', 'double'])
  if (kind === 'swap' && here !== after) return word.slice(0, at) + after + here + word.slice(at + 2)
  if (kind === 'drop') return word.slice(0, at) + word.slice(at + 1)
  return word.slice(0, at + 1) + word.slice(at)
}

/** Misspells one or two words of at least four letters: two letters swapped, one dropped or one doubled. */
export function addTypos(text: string, random: Choices): string {
  const words = text.split(' ')
  const count = random.chance(rates.secondTypo) ? 2 : 1
  const places = words.flatMap((word, at) => (/^[A-Za-z]{4,}[.,?!]?$/.test(word) ? [at] : []))
  for (const at of random.shuffle(places).slice(0, count)) {
    const [, letters = '', mark = ''] = /^([A-Za-z]+)(.?)$/.exec(words[at] ?? '') ?? []
    words[at] = misspell(letters, random) + mark
  }
  return words.join(' ')
}

/** Puts greeting, filler, `aside` (a sentence about another topic, or '') and thanks around the main sentence. */
function surround(core: string, aside: string, random: Choices): string {
  const parts = [core]
  if (random.chance(rates.filler)) {
    if (random.chance(0.5)) parts.unshift(random.pick(fillersBefore))
    else parts.push(random.pick(fillersAfter))
  }
  if (aside) {
    if (random.chance(0.5)) parts.unshift(aside)
    else parts.push(aside)
  }
  if (random.chance(rates.greeting)) parts.unshift(random.pick(greetings))
  if (random.chance(rates.closing)) parts.push(random.pick(closings))
  return parts.join(' ')
}

/** What a message is made from: the template of the main topic and a noun phrase for another one, or ''. */
export interface MessagePlan {
  readonly template: string
  readonly otherTopic: string
  readonly split: Split
}

/** Writes one message. Also says whether it got typos, for the statistics that the tests check. */
export function writeMessage(plan: MessagePlan, random: Choices): { text: string; hasTypos: boolean } {
  const core = reword(expand(plan.template, createSlots(random), random), random)
  const frame = plan.otherTopic ? random.pick(asides[plan.split]).replace('{topic}', plan.otherTopic) : ''
  let text = surround(core, expand(frame, createSlots(random), random), random)
  if (random.chance(rates.contraction)) text = contract(text)
  text = recase(text, random)
  if (random.chance(rates.noFullStop)) text = text.replace(/[.?!]$/, '')
  const hasTypos = random.chance(rates.typos)
  return { text: hasTypos ? addTypos(text, random) : text, hasTypos }
}

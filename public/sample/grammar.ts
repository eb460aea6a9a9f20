// The sample's grammar: intents of an online shop with a subscription, and labeled messages made from them.

import type { Choices } from './choices.ts'
import { accountIntents } from './intents-account.ts'
import { orderIntents } from './intents-orders.ts'
import { paymentIntents } from './intents-payments.ts'
import { returnIntents } from './intents-returns.ts'
import { rates, type Split, writeMessage } from './message.ts'

/** One label with the sentences that express it. Templates: `[a|b]` is a choice, `{item}` a slot (slots.ts). */
export interface Intent {
  readonly label: string
  /** Noun phrases with which a message about something else mentions this intent in passing. */
  readonly topics: readonly string[]
  readonly train: readonly string[]
  /** Shares no template with `train`. */
  readonly test: readonly string[]
}

/** A message with its label and with what the grammar knows about it. */
export interface SampleRow {
  readonly text: string
  readonly label: string
  readonly template: string
  readonly hasTypos: boolean
  readonly hasTwoTopics: boolean
}

export const intents: readonly Intent[] = [
  ...orderIntents,
  ...returnIntents,
  ...paymentIntents,
  ...accountIntents,
]

// A template with a choice or a slot has plenty of wordings; a plain one may run out, then the next one is used.
const MAX_TRIES = 1000

function makeRow(intent: Intent, template: string, split: Split, random: Choices): SampleRow {
  const hasTwoTopics = random.chance(rates.aside)
  const other = random.pick(intents.filter((candidate) => candidate !== intent))
  const otherTopic = hasTwoTopics ? random.pick(other.topics) : ''
  const { text, hasTypos } = writeMessage({ template, otherTopic, split }, random)
  return { text, label: intent.label, template, hasTypos, hasTwoTopics }
}

/**
 * Makes `perIntent` rows for every intent, all templates of an intent about equally often, in random order.
 * No text is made twice: `seen` holds lower-cased texts that may not occur again and grows by the new ones.
 * Throws RangeError if the templates of an intent have too few wordings.
 */
export function makeRows(split: Split, perIntent: number, random: Choices, seen: Set<string>): SampleRow[] {
  const rows: SampleRow[] = []
  for (const intent of intents) {
    const templates = intent[split]
    for (let made = 0, tries = 0; made < perIntent; tries++) {
      if (tries > MAX_TRIES + perIntent)
        throw new RangeError(`${intent.label}: too few wordings for ${split}`)
      const row = makeRow(intent, templates[tries % templates.length] ?? '', split, random)
      if (seen.has(row.text.toLowerCase())) continue
      seen.add(row.text.toLowerCase())
      rows.push(row)
      made++
    }
  }
  return random.shuffle(rows)
}

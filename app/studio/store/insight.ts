// What a closer look shows: answers of the engine on one text and on one student, and whether they still hold.
import type { Event, RowKey } from '../../engine/protocol.ts'

type Answer<Type extends Event['type']> = Omit<Extract<Event, { type: Type }>, 'type'>

export interface Insight {
  /** The student that the user chose to look at; the one measured last if none. */
  readonly chosen?: RowKey
  readonly differences?: Answer<'differences'>
  readonly attention?: Answer<'attention'>
  /** Rows that were made anew, or dropped, since the answer came. */
  readonly outdated: Readonly<Record<'predicted' | 'differences' | 'attention', readonly RowKey[]>>
  /** Questions that the engine has not answered yet. */
  readonly waiting: readonly ('predict' | 'attention')[]
}

export const NO_INSIGHT: Insight = {
  outdated: { predicted: [], differences: [], attention: [] },
  waiting: [],
}

/** The fold of events into `insight`; those that say nothing of it leave it as it is. */
export function applyInsight(insight: Insight, event: Event): Insight {
  switch (event.type) {
    case 'model':
    case 'model-closed':
      return NO_INSIGHT
    case 'row':
      return outdated(insight, [event.key])
    case 'dropped':
      return outdated(insight, event.keys)
    case 'predicted':
      return answered(insight, 'predict', 'predicted')
    case 'attention': {
      const { type: _, ...attention } = event
      return { ...answered(insight, 'attention', 'attention'), attention }
    }
    case 'differences': {
      const { type: _, ...differences } = event
      return { ...insight, differences, outdated: { ...insight.outdated, differences: [] } }
    }
    case 'error':
      return { ...insight, waiting: [] }
    default:
      return insight
  }
}

function outdated(insight: Insight, keys: readonly RowKey[]): Insight {
  const { predicted, differences, attention } = insight.outdated
  const joined = (known: readonly RowKey[]) => [...new Set([...known, ...keys])]
  return {
    ...insight,
    outdated: {
      predicted: joined(predicted),
      differences: joined(differences),
      attention: joined(attention),
    },
  }
}

function answered(
  insight: Insight,
  question: 'predict' | 'attention',
  answer: 'predicted' | 'attention',
): Insight {
  return {
    ...insight,
    waiting: insight.waiting.filter((other) => other !== question),
    outdated: { ...insight.outdated, [answer]: [] },
  }
}

// Says aloud, when the reader pauses, that a run began or ended and what a new row shows.
import { useStudio } from '../store/context.ts'
import { rowName } from '../store/names.ts'
import type { News, StudioState } from '../store/state.ts'
import { percent } from '../ui/format.ts'
import { words } from '../words.ts'

export function LiveRegion() {
  const text = useStudio(newsText)
  return (
    <p className="readers-only" aria-live="polite">
      {text}
    </p>
  )
}

function newsText(state: StudioState): string {
  const { news, rows } = state
  if (!news) return ''
  switch (news.kind) {
    case 'row': {
      const row = rows[news.key]?.row
      return row ? words.news.row(rowName(state, news.key), percent(row.accuracy ?? row.agreement)) : ''
    }
    case 'model':
      return words.news.model(news.name)
    case 'closed':
      return words.news.closed
    case 'exported':
      return words.news.exported(news.name)
    case 'state':
      return stateText(news)
  }
}

function stateText({ state, stage }: Extract<News, { kind: 'state' }>): string {
  const name = stage ? words.activity(stage) : words.name
  if (state === 'paused') return words.news.paused
  return state === 'running' ? words.news.running(name) : words.news.idle(name)
}

// Says aloud, when the reader pauses, that a run began or ended and what a new row shows.
import { useStudio } from '../store/context.ts'
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

function newsText({ news, rows }: StudioState): string {
  if (!news) return ''
  switch (news.kind) {
    case 'row': {
      const row = rows[news.key]?.row
      return row ? words.news.row(words.rowName(news.key), percent(row.accuracy ?? row.agreement)) : ''
    }
    case 'model':
      return words.news.model(news.name)
    case 'exported':
      return words.news.exported(news.name)
    case 'state':
      return stateText(news)
  }
}

function stateText({ state, stage }: Extract<News, { kind: 'state' }>): string {
  const name = stage ? words.stage(stage) : words.name
  if (state === 'paused') return words.news.paused
  return state === 'running' ? words.news.running(name) : words.news.idle(name)
}

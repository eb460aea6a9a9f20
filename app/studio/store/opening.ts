// What is about to be opened and what could be: an inspected model, a listing of the Hub, downloads that are kept.
import type { Command, Event, HubListing } from '../../engine/protocol.ts'

type Told<Type extends Event['type']> = Omit<Extract<Event, { type: Type }>, 'type'>

export interface Opening {
  /** The header's facts and the verdict on memory, of the open model or of one that waits for a decision. */
  readonly inspected?: Told<'inspected'>
  /** Rows that came with the open model, measured before. */
  readonly reported?: Told<'reported'>['report']
  readonly listing?: Told<'hub-listing'>['listing']
  readonly kept?: Told<'kept'>
}

/** The fold of events into `opening`; those that say nothing of it leave it as it is. */
export function applyOpening(opening: Opening, event: Event): Opening {
  switch (event.type) {
    case 'inspected': {
      const { type: _, ...inspected } = event
      return { ...opening, inspected }
    }
    case 'fit':
      return opening.inspected ? { ...opening, inspected: { ...opening.inspected, fit: event.fit } } : opening
    case 'model':
      return { ...opening, ...settled(opening), reported: undefined, listing: undefined }
    case 'model-closed':
      return { ...opening, inspected: undefined, reported: undefined }
    case 'reported':
      return { ...opening, reported: event.report }
    case 'hub-listing':
      return { ...opening, listing: event.listing }
    case 'kept': {
      const { type: _, ...kept } = event
      return { ...opening, kept }
    }
    default:
      return opening
  }
}

function settled({ inspected }: Opening): Pick<Opening, 'inspected'> {
  return inspected ? { inspected: { ...inspected, isWaiting: false } } : {}
}

/** What a model that was listed is asked for by. */
export function addressOf({ repo, revision, url }: Pick<HubListing, 'repo' | 'revision' | 'url'>): string {
  return url ?? `${repo}@${revision}`
}

/** What can be asked of the Hub and of the downloads. */
export interface HubIntents {
  /** Lists what a download would fetch; the token is handed on and kept nowhere. */
  readonly findHubModel: (address: string, token: string) => void
  readonly downloadHubModel: (address: string, token: string) => void
  readonly listKept: () => void
  readonly openKept: (id: string) => void
  readonly deleteKept: (id: string) => void
  /** Loads a model that does not fit. */
  readonly loadAnyway: () => void
}

/** @param start tells the page that opening is under way, then sends */
export function hubIntents(start: (command: Command) => void, send: (command: Command) => void): HubIntents {
  const withToken = (token: string) => (token.trim() === '' ? {} : { token: token.trim() })
  return {
    findHubModel: (address, token) => start({ type: 'find-hub-model', address, ...withToken(token) }),
    downloadHubModel: (address, token) => start({ type: 'download-hub-model', address, ...withToken(token) }),
    listKept: () => send({ type: 'list-kept' }),
    openKept: (id) => start({ type: 'open-kept', id }),
    deleteKept: (id) => send({ type: 'delete-kept', id }),
    loadAnyway: () => start({ type: 'load-inspected' }),
  }
}

// Owns the engine's worker: the one file of the page that posts messages to it or hears from it.
import type { Command, Event } from '../../engine/protocol.ts'
import { words } from '../words.ts'
import type { Studio } from './studio.ts'

export interface EngineClient {
  readonly send: (command: Command) => void
  readonly attach: (studio: Studio) => void
}

export function startEngine(): EngineClient {
  const worker = new Worker(new URL('../../engine/hosts/worker.ts', import.meta.url), {
    type: 'module',
    name: 'engine',
  })
  return {
    send: (command) => worker.postMessage(command),
    attach: (studio) => {
      worker.onmessage = ({ data }: MessageEvent<Event>) => {
        studio.receive(data)
        if (data.type === 'exported' && data.zip) studio.intents.offerDownload(download(data.zip, data.name))
      }
      worker.onerror = ({ message }) => {
        const { title, remedy } = words.errors.worker
        studio.receive({
          type: 'error',
          error: { code: 'bug', fault: 'bug', message: title, remedy, details: message },
          stage: 'open',
        })
        studio.receive({ type: 'state', state: 'idle' })
      }
    },
  }
}

let offered: string | undefined

/** Saves a file as a click on a link would, and returns an address by which it can be saved again. */
function download(blob: Blob, name: string): string {
  if (offered) URL.revokeObjectURL(offered)
  offered = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = offered
  link.download = name
  link.click()
  return offered
}

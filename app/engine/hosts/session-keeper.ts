// Keeps the page's session in the browser's private file system, as the one tab that may write there, and offers what it finds.
import type { KeptStorage } from '../kept-files.ts'
import type { OpenInputs } from '../kept-inputs.ts'
import { KeptSession, type Restored } from '../kept-session.ts'
import type { Event } from '../protocol.ts'
import type { Session } from '../session.ts'
import { MemoryFolder } from './memory-folder.ts'
import { opfsFolder, readOpfsFolder } from './opfs-folder.ts'

const FOLDER = 'session'
const LOCK = 'decant-session'

/** A page that is reloaded holds the lock for a moment after the next one has begun. */
const LOCK_ARRIVES_MS = 1000

type Emit = (event: Event) => void

export class SessionKeeper {
  readonly #emit: Emit
  #kept: KeptSession
  /** Where the session on offer lies. Until the user has chosen, nothing is written there. */
  #offered: KeptStorage | undefined

  constructor(emit: Emit) {
    this.#emit = emit
    this.#kept = new KeptSession({ storage: memoryStorage(), emit })
    this.#takeFolder().catch(() => this.#emit({ type: 'keeping', keeping: 'unavailable' }))
  }

  /** Keeps what is done from now on; in memory, for a lost GPU, where this tab may not or cannot write. */
  get kept(): KeptSession {
    return this.#kept
  }

  /** Opens the session on offer. @throws StudioError as `KeptSession.restore`; then it stays on offer */
  async accept(session: Session, opened: OpenInputs | undefined): Promise<Restored | undefined> {
    if (!this.#offered) return undefined
    const kept = new KeptSession({ storage: this.#offered, emit: this.#emit })
    const restored = await kept.restore(session, opened)
    this.#kept = kept
    this.#settle()
    return restored
  }

  async discard(): Promise<void> {
    const storage = this.#offered
    if (!storage) return
    await new KeptSession({ storage, emit: this.#emit }).discard()
    this.#kept.moveTo(storage)
    this.#settle()
    this.#emit({ type: 'keeping', keeping: 'idle' })
  }

  #settle(): void {
    this.#offered = undefined
    this.#emit({ type: 'offer' })
  }

  /** Resolves when it is known who writes. This tab's turn may come later, when the one before it closes. */
  async #takeFolder(): Promise<void> {
    let isOwner = false
    const taken = new Promise<void>((resolve, reject) => {
      const hold = async () => {
        isOwner = true
        await this.#open().then(resolve, reject)
        // Held until the page is gone.
        return new Promise(() => {})
      }
      navigator.locks.request(LOCK, hold).catch(reject)
    })
    const late = new Promise<void>((resolve) => setTimeout(resolve, LOCK_ARRIVES_MS))
    await Promise.race([taken, late])
    if (isOwner) return taken
    this.#emit({ type: 'keeping', keeping: 'other-tab' })
    return taken
  }

  async #open(): Promise<void> {
    const top = await navigator.storage.getDirectory()
    const root = await top.getDirectoryHandle(FOLDER, { create: true })
    const storage: KeptStorage = {
      read: () => readOpfsFolder(root),
      output: opfsFolder(root),
      room: async () => {
        const { quota = 0, usage = 0 } = await navigator.storage.estimate()
        return Math.max(0, quota - usage)
      },
      outlivesPage: true,
    }
    const summary = await new KeptSession({ storage, emit: this.#emit }).summary()
    if (!summary) {
      this.#kept.moveTo(storage)
      return this.#emit({ type: 'keeping', keeping: 'idle' })
    }
    this.#offered = storage
    this.#emit({ type: 'offer', kept: summary })
    this.#emit({ type: 'keeping', keeping: 'undecided' })
  }
}

function memoryStorage(): KeptStorage {
  const folder = new MemoryFolder()
  return {
    read: async () => folder.asFolder('memory'),
    output: folder,
    room: async () => Number.POSITIVE_INFINITY,
    outlivesPage: false,
  }
}

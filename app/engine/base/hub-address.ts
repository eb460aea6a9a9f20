// What people type or paste for a model of the Hub, repaired to an id and a revision.
import { StudioError } from './errors.ts'

export interface HubAddress {
  /** `org/name`, or `name` for the oldest models. */
  readonly repo: string
  /** Branch, tag or commit. */
  readonly revision: string
}

const DEFAULT_REVISION = 'main'
const NAME = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?$/
/** Branches may hold slashes; nothing in them may climb or end a path. */
const REVISION = /^(?!.*\.\.)[\w][\w./-]{0,199}$/
const HOST = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//i
/** Pages of a repository; what follows is a revision and a path. */
const PAGES = ['tree', 'blob', 'resolve', 'raw', 'commit', 'commits']
const NOT_MODELS = ['datasets', 'spaces', 'docs', 'collections', 'papers', 'buckets']

/** Whether a text is a link to the Hub's own pages. */
export function isHubLink(text: string): boolean {
  return HOST.test(`${text}/`)
}

/**
 * Understands `org/name`, `name`, `org/name@revision`, `hub:org/name` and links to a model's pages, with stray spaces, quotes
 * and slashes.
 * @throws StudioError `option-invalid`, showing what was given
 */
export function parseHubAddress(given: string): HubAddress {
  const text = given
    .trim()
    .replace(/^["'<`]+|["'>`]+$/g, '')
    .replace(/^(?:hub|hf):(?:\/\/)?/i, '')
  const isOtherLink = /^[a-z]+:\/\//i.test(text) && !HOST.test(text)
  const [path = ''] = text.replace(HOST, '').split(/[?#]/)
  const parts = path
    .split('/')
    .map((part) => part.trim())
    .filter(Boolean)
  if (parts[0] === 'models' && parts.length > 2) parts.shift()
  if (isOtherLink || parts.length === 0 || NOT_MODELS.includes(parts[0]!)) return refuse(given)
  const page = parts.findIndex((part, index) => index > 0 && PAGES.includes(part))
  const names = page < 0 ? parts : parts.slice(0, page)
  const [name = '', ...marks] = names.join('/').split('@')
  const revision = marks.join('@') || (page < 0 ? '' : decodeRevision(parts[page + 1]))
  const address = { repo: name, revision: revision || DEFAULT_REVISION }
  const segments = name.split('/')
  const isSound = segments.length <= 2 && segments.every((segment) => NAME.test(segment))
  return isSound && REVISION.test(address.revision) ? address : refuse(given)
}

/** Links write the slashes of a branch as %2F. */
function decodeRevision(text = ''): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function refuse(given: string): never {
  throw new StudioError(
    'option-invalid',
    `“${given.trim().slice(0, 120)}” names no model of the Hub; an id looks like org/name, a link like https://huggingface.co/org/name.`,
  )
}

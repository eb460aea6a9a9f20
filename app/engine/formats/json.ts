// Strict JSON: what JSON.parse accepts, without duplicate keys, deep nesting or numbers that overflow.
import { type ErrorCode, StudioError } from '../base/errors.ts'

/** Deepest nesting of objects and arrays; files of checkpoints use about ten. */
export const MAX_JSON_DEPTH = 64

const SPACE = /[ \t\n\r]*/y
// Unrolled, so that an unclosed string fails in linear time.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings.
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORD = /true|false|null/y

/**
 * Value of a JSON text. `name` is the file that errors name; `code` is theirs.
 * @throws StudioError `json-invalid` (or `code`), naming the file, the line and what stands there.
 */
export function parseJson(text: string, name: string, code: ErrorCode = 'json-invalid'): unknown {
  const scanner = new Scanner(text, name, code)
  scanner.scan()
  return JSON.parse(text)
}

/**
 * The same for a file that must hold an object.
 * @throws StudioError as `parseJson`.
 */
export function parseJsonObject(
  text: string,
  name: string,
  code: ErrorCode = 'json-invalid',
): Record<string, unknown> {
  const value = parseJson(text, name, code)
  if (isRecord(value)) return value
  throw new StudioError(code, `${name} holds ${kindOf(value)}; it must hold an object.`)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

/** Walks the text once and throws at the first fault; keeps nothing but the keys of open objects. */
class Scanner {
  private at = 0
  private readonly text: string
  private readonly name: string
  private readonly code: ErrorCode
  constructor(text: string, name: string, code: ErrorCode) {
    this.text = text
    this.name = name
    this.code = code
  }

  scan(): void {
    this.skipSpace()
    this.value(0)
    this.skipSpace()
    if (this.at < this.text.length) this.fail('text after the end of the value')
  }

  private value(depth: number): void {
    const char = this.text[this.at]
    if ((char === '{' || char === '[') && depth >= MAX_JSON_DEPTH)
      this.fail(`more than ${MAX_JSON_DEPTH} levels of nesting`)
    if (char === '{') this.object(depth + 1)
    else if (char === '[') this.list(depth + 1)
    else if (char === '"') this.string()
    else this.scalar()
  }

  private object(depth: number): void {
    const keys = new Set<string>()
    this.items('}', () => {
      const start = this.at
      const key = this.string()
      if (keys.has(key)) {
        this.at = start
        this.fail(`the key ${JSON.stringify(key)} a second time in one object`)
      }
      keys.add(key)
      this.skipSpace()
      if (this.text[this.at] !== ':') this.fail('no ":" after a key')
      this.at++
      this.skipSpace()
      this.value(depth)
    })
  }

  private list(depth: number): void {
    this.items(']', () => this.value(depth))
  }

  /** Comma-separated items up to `close`. */
  private items(close: string, item: () => void): void {
    this.at++
    this.skipSpace()
    if (this.text[this.at] === close) {
      this.at++
      return
    }
    for (;;) {
      item()
      this.skipSpace()
      const char = this.text[this.at]
      if (char !== ',' && char !== close) this.fail(`no "," or "${close}"`)
      this.at++
      if (char === close) return
      this.skipSpace()
    }
  }

  private string(): string {
    const raw = this.match(STRING)
    if (raw === undefined) this.fail('no complete string')
    return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1)
  }

  private scalar(): void {
    if (this.match(WORD) !== undefined) return
    const start = this.at
    const number = this.match(NUMBER)
    if (number === undefined) this.fail('no value')
    if (Number.isFinite(Number(number))) return
    this.at = start
    this.fail(`the number ${number.slice(0, 24)}, which is too large`)
  }

  private skipSpace(): void {
    this.match(SPACE)
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  private fail(what: string): never {
    const line = this.text.slice(0, this.at).split('\n').length
    const rest = this.text.slice(this.at, this.at + 16)
    const where = rest === '' ? 'the end of the file' : JSON.stringify(rest)
    throw new StudioError(this.code, `${this.name}, line ${line}: ${what}, at ${where}.`)
  }
}

// All contenders, our own first. The only file that lists them: it globs them. Rivals are not shipped, so the page has another list.
import type { Contender } from '../contender.ts'
import { OWN } from '../report.ts'
import { chosen } from '../run-bench.ts'

/** @param rivals ids of contenders beside our own; all by default. @throws Error for an unknown one */
export function contendersOf(rivals: readonly string[] | undefined): Contender[] {
  const modules = import.meta.glob<{ default: Contender }>('../contenders/*.contender.ts', { eager: true })
  const all = Object.values(modules).map((module) => module.default)
  const ownFirst = [...all.filter(({ id }) => id === OWN), ...all.filter(({ id }) => id !== OWN)]
  return chosen(ownFirst, rivals && [OWN, ...rivals])
}

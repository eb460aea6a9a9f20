// The numbers of a map: a row for each token that looks, a column for each token looked at.
import { percent } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './AttentionTable.module.css'

interface AttentionTableProps {
  readonly label: string
  readonly tokens: readonly string[]
  /** [T · T] */
  readonly map: Float32Array
}

export function AttentionTable({ label, tokens, map }: AttentionTableProps) {
  const count = tokens.length
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{words.insight.attention.token}</th>
            {tokens.map((token, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
              <th key={at} scope="col">
                {token}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tokens.map((token, query) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
            <tr key={query}>
              <th scope="row">{token}</th>
              {tokens.map((_, key) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
                <td key={key}>{percent(map[query * count + key] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

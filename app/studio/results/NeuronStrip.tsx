// Feed-forward neurons of each layer in order of importance: bar height by level, faint where they go.
import type { LayerMap } from '../store/importance.ts'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './NeuronStrip.module.css'

const CELL = 6
const HEIGHT = 24

export function NeuronStrip({ layers }: { readonly layers: readonly LayerMap[] }) {
  const { importance } = words
  return (
    <table className={styles.strips} aria-label={importance.neurons}>
      <thead>
        <tr>
          <th scope="col">{importance.layer}</th>
          <th scope="col">{importance.byRank}</th>
          <th scope="col">{importance.keptOf}</th>
        </tr>
      </thead>
      <tbody>
        {layers.map(({ source, neurons }) => (
          <tr key={source}>
            <th scope="row">{source}</th>
            <td>
              <svg width={neurons.cells.length * CELL} height={HEIGHT} aria-hidden="true">
                {neurons.cells.map(({ level, kept }, i) => {
                  const height = (HEIGHT * (level + 1)) / 5
                  return (
                    <rect
                      // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its rank
                      key={i}
                      className={kept >= 0.5 ? styles.kept : styles.removed}
                      x={i * CELL}
                      y={HEIGHT - height}
                      width={CELL - 1}
                      height={height}
                    />
                  )
                })}
              </svg>
            </td>
            <td className={styles.count}>{importance.of(exact(neurons.kept), exact(neurons.total))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

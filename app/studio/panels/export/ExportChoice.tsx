// One file to tick: format and precision, its size as estimated, where it runs.
import type { ExportPrecision } from '../../../engine/protocol.ts'
import { useIntents, useStudio } from '../../store/context.ts'
import { exportSize } from '../../store/exporting.ts'
import { bytes, exact } from '../../ui/format.ts'
import { words } from '../../words.ts'
import styles from './ExportChoice.module.css'

interface ExportChoiceProps {
  /** `format/precision` */
  readonly id: string
  readonly format: string
  readonly precision: ExportPrecision
}

export function ExportChoice({ id, format, precision }: ExportChoiceProps) {
  const isChosen = useStudio((state) => state.chosenExports.includes(id))
  const size = useStudio((state) => exportSize(state, precision.id))
  const { toggleExport } = useIntents()
  const { exporting } = words
  return (
    <label className={styles.choice} title={precision.help}>
      <input type="checkbox" checked={isChosen} onChange={() => toggleExport(id)} />
      <span className={styles.text}>
        <span className={styles.head}>
          <span>
            {format} <strong>{precision.label}</strong>
          </span>
          {size !== undefined && (
            <span className={styles.size} title={exact(size)}>
              {exporting.about(bytes(size))}
            </span>
          )}
        </span>
        <span className={styles.help}>{precision.help}</span>
        <span className={styles.help}>{exporting.runsOn(precision.runsOn)}</span>
      </span>
    </label>
  )
}

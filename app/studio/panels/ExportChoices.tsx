// Every export of the catalog times its precisions, to tick.
import type { Catalog } from '../../engine/protocol.ts'
import { useIntents, useStudio } from '../store/context.ts'
import { words } from '../words.ts'
import styles from './ExportChoices.module.css'

export function ExportChoices({ formats }: { readonly formats: Catalog['exports'] }) {
  const chosen = useStudio((state) => state.chosenExports)
  const { toggleExport } = useIntents()
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.legend}>{words.exporting.choose}</legend>
      {formats.flatMap((format) =>
        format.precisions.map((precision) => {
          const id = `${format.id}/${precision.id}`
          return (
            <label className={styles.choice} key={id} title={precision.help}>
              <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggleExport(id)} />
              <span>
                {format.label} <strong>{precision.label}</strong>
                <span className={styles.help}>{precision.help}</span>
              </span>
            </label>
          )
        }),
      )}
      {chosen.length === 0 && <p className={styles.help}>{words.exporting.none}</p>}
    </fieldset>
  )
}

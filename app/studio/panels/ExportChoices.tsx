// Every export of the catalog times its precisions, to tick, and what they take together.
import type { Catalog } from '../../engine/protocol.ts'
import { useStudio } from '../store/context.ts'
import { chosenSize } from '../store/exporting.ts'
import { bytes } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './ExportChoices.module.css'
import { ExportChoice } from './export/ExportChoice.tsx'

export function ExportChoices({ formats }: { readonly formats: Catalog['exports'] }) {
  const isNothing = useStudio((state) => state.chosenExports.length === 0)
  const size = useStudio(chosenSize)
  const { exporting } = words
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.legend}>{exporting.choose}</legend>
      {formats.flatMap((format) =>
        format.precisions.map((precision) => {
          const id = `${format.id}/${precision.id}`
          return <ExportChoice key={id} id={id} format={format.label} precision={precision} />
        }),
      )}
      <p className={styles.help}>
        {isNothing ? exporting.none : size !== undefined && exporting.together(bytes(size))}
      </p>
    </fieldset>
  )
}

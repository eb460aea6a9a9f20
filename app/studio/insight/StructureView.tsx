// Teacher and student side by side, layer by layer: heads, feed-forward width and bits, with what was removed marked.
import { useMemo } from 'react'
import type { RowKey } from '../../engine/protocol.ts'
import { isStale } from '../store/comparison.ts'
import { useStudio } from '../store/context.ts'
import { rowName } from '../store/names.ts'
import { compact, exact, times } from '../ui/format.ts'
import { words } from '../words.ts'
import { LayerLine } from './LayerLine.tsx'
import { StaleNote } from './StaleNote.tsx'
import styles from './StructureView.module.css'
import { structureOf } from './structure.ts'
import view from './View.module.css'

export function StructureView({ student }: { readonly student: RowKey | undefined }) {
  const model = useStudio((state) => state.model)
  const entry = useStudio((state) => (student === undefined ? undefined : state.rows[student]))
  const stale = useStudio((state) => student !== undefined && isStale(state, student))
  const importance = useStudio((state) => state.importance)
  const catalog = useStudio((state) => state.catalog)
  const structure = useMemo(() => {
    if (!model || !entry) return undefined
    const { row, launch } = entry
    return structureOf({
      teacher: model.spec,
      teacherParameters: model.parameters,
      row,
      ...(launch ? { options: launch.stage } : {}),
      ...(importance ? { importance } : {}),
    })
  }, [model, entry, importance])
  const { structure: terms, noStudent } = words.insight
  if (!model) return null
  const layers =
    structure?.layers ??
    model.spec.layers.map(({ heads, ffn }, source) => ({ source, teacher: { heads, ffn } }))
  return (
    <div className={view.view}>
      <p className={view.summary}>
        {structure ? (
          <>
            <span title={`${exact(structure.parameters.teacher)} → ${exact(structure.parameters.student)}`}>
              {terms.parameters(
                compact(structure.parameters.teacher),
                compact(structure.parameters.student),
                times(structure.parameters.student, structure.parameters.teacher),
              )}
            </span>{' '}
            {terms.bits(exact(structure.embeddingBits), structure.headBits.map(exact).join(', '))}
          </>
        ) : (
          `${terms.teacherOnly(compact(model.parameters))} ${noStudent}`
        )}
      </p>
      {stale && <StaleNote />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className={styles.scroll} aria-label={terms.table} tabIndex={0}>
        <table className={styles.table} aria-label={terms.table}>
          <thead>
            <tr>
              <th scope="col" className={styles.layer}>
                {terms.layer}
              </th>
              <th scope="col">{terms.teacher}</th>
              {student && structure && <th scope="col">{rowName({ catalog }, student)}</th>}
              {structure && (
                <th scope="col" className={styles.bits}>
                  {terms.bitsHead}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {layers.map((layer) => (
              <LayerLine key={layer.source} layer={layer} hasStudent={structure !== undefined} />
            ))}
          </tbody>
        </table>
      </section>
      <p className={view.note}>{terms.legend}</p>
    </div>
  )
}

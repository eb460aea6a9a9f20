// What every model says of one text, side by side, and whether the students agree with the teacher.
import { useShallow } from 'zustand/react/shallow'
import type { RowKey } from '../../../engine/protocol.ts'
import { useStudio } from '../../store/context.ts'
import { isAnswerStale } from '../../store/insight-views.ts'
import { rowName } from '../../store/names.ts'
import type { Predictions } from '../../store/state.ts'
import { Disclosure } from '../../ui/Disclosure.tsx'
import { exact, percent } from '../../ui/format.ts'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { words } from '../../words.ts'
import { agreementOf } from './agreement.ts'
import { PredictionLine } from './PredictionLine.tsx'
import styles from './PredictionList.module.css'

export function PredictionList({ predictions }: { readonly predictions: Predictions }) {
  const catalog = useStudio((state) => state.catalog)
  const stale = useStudio(
    useShallow((state) =>
      predictions.predictions
        .filter(({ key }) => isAnswerStale(state, 'predicted', key))
        .map(({ key }) => key),
    ),
  )
  const { compare } = words
  const nameOf = (key: RowKey) => rowName({ catalog }, key)
  const agreement = agreementOf(predictions.predictions)
  return (
    <section className={styles.results} aria-label={compare.results}>
      <blockquote className={styles.text}>{predictions.text}</blockquote>
      <ul className={styles.lines}>
        {predictions.predictions.map((prediction) => (
          <PredictionLine
            key={prediction.key}
            name={nameOf(prediction.key)}
            guess={prediction}
            isDissenting={agreement?.dissenting.includes(prediction) ?? false}
            isStale={stale.includes(prediction.key)}
          />
        ))}
      </ul>
      <p className={styles.verdict} role="status">
        {verdict(predictions, nameOf)}
      </p>
      {stale.length > 0 && <p className={styles.note}>{compare.staleNote}</p>}
      <Disclosure title={compare.top}>
        <PlainTable
          label={compare.top}
          head={[compare.model, compare.topClass, compare.probability]}
          rows={predictions.predictions.flatMap(({ key, top }) =>
            top.map(({ label, probability }) => ({
              key: `${key} ${label}`,
              cells: [nameOf(key), label, percent(probability)],
            })),
          )}
          numbersFrom={2}
        />
      </Disclosure>
    </section>
  )
}

function verdict({ predictions }: Predictions, nameOf: (key: RowKey) => string): string {
  const { compare } = words
  const agreement = agreementOf(predictions)
  if (!agreement) return compare.alone
  const { dissenting, students, teacher } = agreement
  if (dissenting.length > 0)
    return compare.dissent(dissenting.map(({ key }) => nameOf(key)).join(', '), teacher.label)
  const only = predictions.find(({ key }) => key !== 'teacher')
  return students === 1 && only ? compare.one(nameOf(only.key)) : compare.all(exact(students))
}

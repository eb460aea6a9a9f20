// Pairs of classes that the student takes for each other more, or less, often than the teacher does: the first said, all in a table.
import type { ConfusionChange } from '../../engine/protocol.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { exact, signed } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import styles from './ConfusionTable.module.css'

export function ConfusionTable({ confusions }: { readonly confusions: readonly ConfusionChange[] }) {
  const { differences } = words.insight
  const [first] = confusions
  if (!first) return <p className={styles.note}>{differences.noConfusions}</p>
  const counts = [first.teacherCount, first.studentCount].map(exact) as [string, string]
  return (
    <div>
      <p className={styles.note}>{differences.confusion(first.actual, first.predicted, ...counts)}</p>
      <Disclosure title={differences.confusions}>
        <PlainTable
          label={differences.confusions}
          head={[
            differences.actual,
            differences.predicted,
            differences.teacher,
            differences.student,
            differences.change,
          ]}
          rows={confusions.map(({ actual, predicted, teacherCount, studentCount }) => ({
            key: `${actual} ${predicted}`,
            cells: [
              actual,
              predicted,
              exact(teacherCount),
              exact(studentCount),
              signed(studentCount - teacherCount),
            ],
          }))}
          numbersFrom={2}
        />
      </Disclosure>
    </div>
  )
}

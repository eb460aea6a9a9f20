// What the teacher and a student cost to serve, side by side, every figure with its formula.
import { useMemo, useState } from 'react'
import { plainName } from '../results/row-name.ts'
import { createComparison } from '../store/comparison.ts'
import { useIntents, useStudio } from '../store/context.ts'
import { perMinute, servingCost } from '../store/cost.ts'
import { Button } from '../ui/Button.tsx'
import { Disclosure } from '../ui/Disclosure.tsx'
import { Select } from '../ui/Select.tsx'
import { words } from '../words.ts'
import { ArticleNote } from './ArticleNote.tsx'
import { CostInputs } from './CostInputs.tsx'
import styles from './CostTab.module.css'
import { CostTable } from './CostTable.tsx'

export default function CostTab() {
  const rows = useStudio(useMemo(createComparison, []))
  const cost = useStudio((state) => state.cost)
  const pricePerHour = useStudio((state) => state.prices.perHour)
  const { takeArticleCase, setCost } = useIntents()
  const [chosen, setChosen] = useState<string>()
  const measured = rows.filter((row) => row.measured !== undefined)
  const teacher = measured.find(({ slot }) => slot === 'teacher')
  const students = measured.filter(({ slot }) => slot !== 'teacher')
  const student = students.find(({ key }) => key === chosen) ?? students.at(-1)
  const { costs } = words
  const traffic = { requestsPerDay: cost.requestsPerDay, peakFactor: cost.peakFactor, pricePerHour }
  const capacityOf = (row: typeof teacher, typed: number | undefined) =>
    typed ?? (row?.measured && perMinute(row.measured.latency_ms.p50))
  const capacities = {
    teacher: capacityOf(teacher, cost.capacities.teacher),
    student: capacityOf(student, cost.capacities.student),
  }
  return (
    <div className={styles.tab}>
      <p className={styles.lead}>{costs.lead}</p>
      <CostInputs capacities={capacities} />
      <div className={styles.actions}>
        {students.length > 0 && (
          <Select
            label={costs.student}
            choices={students.map((row) => ({ value: row.key, label: plainName(row) }))}
            value={student?.key ?? ''}
            onChange={setChosen}
          />
        )}
        <Button onClick={takeArticleCase}>{costs.article}</Button>
        <Button
          look="quiet"
          disabled={Object.keys(cost.capacities).length === 0}
          onClick={() => setCost({ capacities: {} })}
        >
          {costs.measuredAgain}
        </Button>
      </div>
      {capacities.teacher !== undefined && (
        <CostTable
          teacher={servingCost(traffic, capacities.teacher)}
          student={capacities.student === undefined ? undefined : servingCost(traffic, capacities.student)}
          studentName={student ? plainName(student) : costs.student}
        />
      )}
      <ArticleNote cost={cost} pricePerHour={pricePerHour} />
      <Disclosure title={costs.formulas}>
        <ul className={styles.formulas}>
          {costs.formulaLines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </Disclosure>
    </div>
  )
}

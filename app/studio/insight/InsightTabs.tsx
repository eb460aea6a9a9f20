// Four views of one student: rows, classes, layers, heads. Only the one that is open is drawn.
import { Tabs } from '@base-ui/react/tabs'
import { useStudio } from '../store/context.ts'
import { inspectedKey } from '../store/insight-views.ts'
import { words } from '../words.ts'
import { AttentionView } from './AttentionView.tsx'
import { ClassView } from './ClassView.tsx'
import { DifferenceView } from './DifferenceView.tsx'
import styles from './InsightTabs.module.css'
import { StructureView } from './StructureView.tsx'
import { StudentChoice } from './StudentChoice.tsx'

const VIEWS = {
  differences: DifferenceView,
  classes: ClassView,
  structure: StructureView,
  attention: AttentionView,
} as const
const NAMES = Object.keys(VIEWS) as (keyof typeof VIEWS)[]

export default function InsightTabs() {
  const student = useStudio(inspectedKey)
  return (
    <Tabs.Root className={styles.tabs} defaultValue="structure">
      <div className={styles.head}>
        <Tabs.List className={styles.list} aria-label={words.insight.title}>
          {NAMES.map((name) => (
            <Tabs.Tab className={styles.tab} key={name} value={name}>
              {words.insight.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <StudentChoice student={student} />
      </div>
      {NAMES.map((name) => {
        const View = VIEWS[name]
        return (
          <Tabs.Panel className={styles.panel} key={name} value={name}>
            <View student={student} />
          </Tabs.Panel>
        )
      })}
    </Tabs.Root>
  )
}

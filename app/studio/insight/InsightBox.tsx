// A closer look at teacher and student: loaded once there is a model to look at.
import { lazy, Suspense } from 'react'
import { useStudio } from '../store/context.ts'
import { words } from '../words.ts'
import styles from './InsightBox.module.css'

const InsightTabs = lazy(() => import('./InsightTabs.tsx'))

export function InsightBox() {
  const hasModel = useStudio((state) => state.model !== undefined)
  const { insight } = words
  return (
    <section className={styles.box} id="insight" aria-labelledby="insight-title">
      <h2 className={styles.title} id="insight-title">
        {insight.title}
      </h2>
      {hasModel ? (
        <Suspense fallback={<p className={styles.note}>{insight.loading}</p>}>
          <InsightTabs />
        </Suspense>
      ) : (
        <p className={styles.note}>{insight.empty}</p>
      )}
    </section>
  )
}

// What every chart has: a sentence that says what it shows, the drawing, and the numbers behind it.
import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { Disclosure } from '../ui/Disclosure.tsx'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import styles from './ChartFrame.module.css'

interface ChartFrameProps {
  readonly summary: string
  readonly table: Parameters<typeof PlainTable>[0]
  /** As tall as what is drawn: for charts that are there at once. */
  readonly isTall?: boolean
  /** Drawn in a box of fixed height, so that nothing jumps when the chart arrives. */
  readonly children: ReactNode
}

export function ChartFrame({ summary, table, isTall = false, children }: ChartFrameProps) {
  const box = useRef<HTMLDivElement>(null)
  const isOnScreen = useOnScreen(box)
  const drawn = useRef(children)
  // Off screen the same element is returned as before, so React draws nothing.
  if (isOnScreen) drawn.current = children
  return (
    <>
      <p className={styles.summary}>{summary}</p>
      <div className={isTall ? styles.tall : styles.plot} ref={box}>
        <Suspense fallback={<p className={styles.loading}>{words.charts.loading}</p>}>
          {drawn.current}
        </Suspense>
      </div>
      <Disclosure title={table.label}>
        <PlainTable {...table} />
      </Disclosure>
    </>
  )
}

function useOnScreen(target: { readonly current: Element | null }): boolean {
  const [isOnScreen, setOnScreen] = useState(true)
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setOnScreen(entry?.isIntersecting ?? true))
    if (target.current) observer.observe(target.current)
    return () => observer.disconnect()
  }, [target])
  return isOnScreen
}

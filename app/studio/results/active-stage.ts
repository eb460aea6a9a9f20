// Which stage's panel is being worked in, and only while a given element is out of sight.
import { useEffect, useState } from 'react'
import type { StageKind } from '../../engine/protocol.ts'

const PANELS = '#distill, #prune, #quantize'

/**
 * The stage whose controls have the focus or are being dragged; undefined while the element is on screen.
 * @param id of the element that makes the answer needless while it is seen
 */
export function useActiveStage(id: string): StageKind | undefined {
  const [stage, setStage] = useState<StageKind>()
  const [isSeen, setSeen] = useState(true)
  useEffect(() => {
    // A press counts as well: on touch screens a dragged slider need not take the focus.
    const follow = ({ target }: Event) => {
      const panel = target instanceof Element ? target.closest(PANELS) : null
      setStage(panel ? (panel.id as StageKind) : undefined)
    }
    document.addEventListener('focusin', follow)
    document.addEventListener('pointerdown', follow)
    return () => {
      document.removeEventListener('focusin', follow)
      document.removeEventListener('pointerdown', follow)
    }
  }, [])
  useEffect(() => {
    const element = document.getElementById(id)
    if (!element) return
    const observer = new IntersectionObserver(([entry]) => setSeen(entry?.isIntersecting ?? true))
    observer.observe(element)
    return () => observer.disconnect()
  }, [id])
  return isSeen ? undefined : stage
}

// Name, purpose, and the GPU that everything runs on.

import { Shortcuts } from '../shortcuts/Shortcuts.tsx'
import { useStudio } from '../store/context.ts'
import { words } from '../words.ts'
import { GpuChip } from './GpuChip.tsx'
import { GpuNotice } from './GpuNotice.tsx'
import styles from './Header.module.css'
import { Mark } from './Mark.tsx'
import { ThemeSwitch } from './ThemeSwitch.tsx'
import { UndoButtons } from './UndoButtons.tsx'

export function Header() {
  const fault = useStudio((state) => state.gpuFault)
  return (
    <header className={styles.header} data-fault={fault !== undefined}>
      <div className={styles.brand}>
        <Mark />
        <div>
          <h1 className={styles.name}>{words.name}</h1>
          <p className={styles.purpose}>{words.purpose}</p>
        </div>
      </div>
      <div className={styles.tools}>
        <UndoButtons />
        <ThemeSwitch />
        <Shortcuts />
      </div>
      {fault ? <GpuNotice error={fault} /> : <GpuChip />}
    </header>
  )
}

// The page: header, run bar, steps, the table with its chart, and one panel a step.

import styles from './App.module.css'
import { DeviceActions } from './device/DeviceActions.tsx'
import { DeviceDialog } from './device/DeviceDialog.tsx'
import { Alerts } from './frame/Alerts.tsx'
import { DropTarget } from './frame/DropTarget.tsx'
import { Header } from './frame/Header.tsx'
import { KeepingLine } from './frame/KeepingLine.tsx'
import { KeptNotice } from './frame/KeptNotice.tsx'
import { KeptOffer } from './frame/KeptOffer.tsx'
import { LiveRegion } from './frame/LiveRegion.tsx'
import { Rail } from './frame/Rail.tsx'
import { RunBar } from './frame/RunBar.tsx'
import { RunGuards } from './frame/RunGuards.tsx'
import { InsightBox } from './insight/InsightBox.tsx'
import { ComparePanel } from './panels/ComparePanel.tsx'
import { DataPanel } from './panels/DataPanel.tsx'
import { DistillPanel } from './panels/DistillPanel.tsx'
import { ExportPanel } from './panels/ExportPanel.tsx'
import { LoadPanel } from './panels/LoadPanel.tsx'
import { PrunePanel } from './panels/PrunePanel.tsx'
import { QuantizePanel } from './panels/QuantizePanel.tsx'
import { ComparisonTable } from './results/ComparisonTable.tsx'
import { ResultTabs } from './results/ResultTabs.tsx'
import { RowGlimpse } from './results/RowGlimpse.tsx'
import { Presets } from './share/Presets.tsx'
import { RecipeActions } from './share/RecipeActions.tsx'
import { words } from './words.ts'

export function App() {
  return (
    <>
      <a className={styles.skip} href="#comparison">
        {words.skip}
      </a>
      <Header />
      <RunBar />
      <KeepingLine />
      <KeptOffer />
      <KeptNotice />
      <Alerts />
      <main className={styles.page}>
        <div className={styles.rail}>
          <Rail />
          <Presets />
          <RecipeActions />
          <DeviceActions />
        </div>
        <div className={styles.results}>
          <ComparisonTable />
          <ResultTabs />
          <InsightBox />
        </div>
        <div className={styles.panels}>
          <LoadPanel />
          <DataPanel />
          <DistillPanel />
          <PrunePanel />
          <QuantizePanel />
          <ComparePanel />
          <ExportPanel />
        </div>
      </main>
      <RowGlimpse />
      <DeviceDialog />
      <LiveRegion />
      <RunGuards />
      <DropTarget />
    </>
  )
}

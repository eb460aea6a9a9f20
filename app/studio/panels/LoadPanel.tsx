// Step 1: the ways to open a model, one that waits for a decision, and what the open one is made of.
import { useStudio } from '../store/context.ts'
import { stepState } from '../store/steps.ts'
import { Panel } from '../ui/Panel.tsx'
import { words } from '../words.ts'
import styles from './LoadPanel.module.css'
import { CloseModel } from './load/CloseModel.tsx'
import { EarlierRows } from './load/EarlierRows.tsx'
import { KeptModels } from './load/KeptModels.tsx'
import { OpenWays } from './load/OpenWays.tsx'
import { RecentFolders } from './load/RecentFolders.tsx'
import { WaitingModel } from './load/WaitingModel.tsx'
import { ModelFacts } from './ModelFacts.tsx'

export function LoadPanel() {
  const state = useStudio((studio) => stepState(studio, 'load'))
  const model = useStudio((studio) => studio.model)
  const inspected = useStudio((studio) => studio.opening.inspected)
  const { load } = words
  const fit =
    inspected && !inspected.isWaiting && inspected.model.name === model?.name ? inspected.fit : undefined
  return (
    <Panel step="load" state={state} lead={load.lead}>
      <OpenWays />
      <RecentFolders />
      <KeptModels />
      <WaitingModel />
      {model ? (
        <>
          <ModelFacts model={model} fit={fit} />
          <CloseModel />
        </>
      ) : (
        <p className={styles.empty}>{state === 'running' ? load.loading : load.empty}</p>
      )}
      <EarlierRows />
    </Panel>
  )
}

// Step 1: the sample, a picked folder, and what the open model is made of.
import { useIntents, useStudio } from '../store/context.ts'
import { pickedFiles, sortFiles } from '../store/files.ts'
import { isGpuReady, stepState } from '../store/steps.ts'
import { Button } from '../ui/Button.tsx'
import { FileButton } from '../ui/FileButton.tsx'
import { Panel } from '../ui/Panel.tsx'
import { words } from '../words.ts'
import styles from './LoadPanel.module.css'
import { ModelFacts } from './ModelFacts.tsx'

export function LoadPanel() {
  const state = useStudio((studio) => stepState(studio, 'load'))
  const model = useStudio((studio) => studio.model)
  const isReady = useStudio(isGpuReady)
  const { openSample, openFiles } = useIntents()
  const { load } = words
  const ways = (
    <>
      <Button title={load.sampleHint} disabled={!isReady} onClick={openSample}>
        {load.sample}
      </Button>
      <FileButton
        label={load.folder}
        hint={load.folderHint}
        isFolder
        onPick={(files) => openFiles(sortFiles(pickedFiles(files)))}
      />
    </>
  )
  return (
    <Panel step="load" state={state} lead={load.lead} action={ways}>
      {model ? (
        <ModelFacts model={model} />
      ) : (
        <p className={styles.empty}>{state === 'running' ? load.loading : load.empty}</p>
      )}
    </Panel>
  )
}

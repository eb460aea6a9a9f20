// Step 2: the data file, its columns and split, and a look at the first rows.
import { useIntents, useStudio } from '../store/context.ts'
import { pickedFiles, sortFiles } from '../store/files.ts'
import { stepState } from '../store/steps.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { FileButton } from '../ui/FileButton.tsx'
import { Panel } from '../ui/Panel.tsx'
import { words } from '../words.ts'
import { DataColumns } from './DataColumns.tsx'
import { DataFacts } from './DataFacts.tsx'
import { DataPreview } from './DataPreview.tsx'
import styles from './LoadPanel.module.css'
import { SeedControl } from './SeedControl.tsx'
import { StageOptions } from './StageOptions.tsx'

/** Drawn here: the file's own columns are the choices. */
const DRAWN_HERE = ['train', 'test', 'text', 'label']

export function DataPanel() {
  const state = useStudio((studio) => stepState(studio, 'data'))
  const data = useStudio((studio) => studio.data)
  const definitions = useStudio((studio) => studio.catalog?.data)
  const { openFiles } = useIntents()
  const pick = (
    <FileButton
      label={words.data.file}
      hint={words.data.fileHint}
      accept=".csv,.tsv,text/csv"
      onPick={(files) => openFiles(sortFiles(pickedFiles(files)))}
    />
  )
  return (
    <Panel step="data" state={state} lead={words.data.lead} action={pick}>
      {data ? <DataFacts data={data} /> : <p className={styles.empty}>{words.data.empty}</p>}
      <Disclosure title={words.data.details}>
        {data && <DataColumns data={data} />}
        {definitions && <StageOptions kind="data" definitions={definitions} except={DRAWN_HERE} isFlat />}
        <SeedControl />
        {data && <DataPreview data={data} />}
      </Disclosure>
    </Panel>
  )
}

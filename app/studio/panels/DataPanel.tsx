// Step 2: the open tables, what is odd about them, their columns and split, and a look at the first rows.
import { useIntents, useStudio } from '../store/context.ts'
import { pickedTables } from '../store/files.ts'
import { stepState } from '../store/steps.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { FileButton } from '../ui/FileButton.tsx'
import { Panel } from '../ui/Panel.tsx'
import { words } from '../words.ts'
import { ClassBalance } from './ClassBalance.tsx'
import { DataColumns } from './DataColumns.tsx'
import { DataFacts } from './DataFacts.tsx'
import { DataLeaks } from './DataLeaks.tsx'
import { DataPaste } from './DataPaste.tsx'
import { DataPreview } from './DataPreview.tsx'
import { DataTables } from './DataTables.tsx'
import styles from './LoadPanel.module.css'
import { SeedControl } from './SeedControl.tsx'
import { StageOptions } from './StageOptions.tsx'
import { TokenHistogram } from './TokenHistogram.tsx'

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
      accept=".csv,.tsv,.tab,.json,.jsonl,.ndjson,.parquet,text/csv"
      onPick={(files) => openFiles(pickedTables(files))}
    />
  )
  return (
    <Panel step="data" state={state} lead={words.data.lead} action={pick}>
      {data ? (
        <>
          <DataTables data={data} />
          <DataFacts data={data} />
          <DataLeaks duplicates={data.duplicates} />
          <ClassBalance data={data} />
          <TokenHistogram tokens={data.tokens} />
        </>
      ) : (
        <p className={styles.empty}>{words.data.empty}</p>
      )}
      <DataPaste />
      <Disclosure title={words.data.details}>
        {data && <DataColumns data={data} />}
        {definitions && <StageOptions kind="data" definitions={definitions} except={DRAWN_HERE} isFlat />}
        <SeedControl />
        {data && <DataPreview data={data} />}
      </Disclosure>
    </Panel>
  )
}

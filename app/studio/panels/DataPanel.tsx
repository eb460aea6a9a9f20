// Step 2: the data file, its columns and split, and a look at the first rows.
import { useIntents, useStudio } from '../store/context.ts'
import { pickedFiles, sortFiles } from '../store/files.ts'
import { stepState } from '../store/steps.ts'
import { FileButton } from '../ui/FileButton.tsx'
import { Panel } from '../ui/Panel.tsx'
import { words } from '../words.ts'
import { DataColumns } from './DataColumns.tsx'
import { DataFacts } from './DataFacts.tsx'
import { SeedControl } from './SeedControl.tsx'
import { StageOptions } from './StageOptions.tsx'

/** Drawn here: the file's own columns are the choices. */
const DRAWN_HERE = ['train', 'test', 'text', 'label']

export function DataPanel() {
  const state = useStudio((studio) => stepState(studio, 'data'))
  const data = useStudio((studio) => studio.data)
  const definitions = useStudio((studio) => studio.catalog?.data)
  const { openFiles } = useIntents()
  return (
    <Panel step="data" state={state} lead={words.data.lead}>
      <FileButton
        label={words.data.file}
        hint={words.data.fileHint}
        accept=".csv,.tsv,text/csv"
        onPick={(files) => openFiles(sortFiles(pickedFiles(files)))}
      />
      {data ? <DataFacts data={data} /> : <p>{words.data.empty}</p>}
      {data && <DataColumns data={data} />}
      {definitions && <StageOptions kind="data" definitions={definitions} except={DRAWN_HERE} />}
      <SeedControl />
    </Panel>
  )
}

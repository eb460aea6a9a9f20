// What the command line says of a failure: message, the ticked list of a model folder, remedy, details.
import type { ChecklistItem, ErrorReport } from '../engine/protocol.ts'

/** Where the engine's remedy speaks of the page. */
const REMEDIES: Partial<Record<ErrorReport['code'], string>> = {
  'hub-refused':
    'Set HF_TOKEN to an access token that may read this model, or download its files and name their folder.',
  'hub-missing': 'Check the id and the revision; private models need HF_TOKEN.',
  network: 'Check the connection and run the same command again; a download goes on where it stopped.',
}
const NEEDS: Readonly<Record<ChecklistItem['need'], string>> = {
  config: 'configuration',
  weights: 'weights',
  tokenizer: 'tokenizer',
}
const WRITTEN_BY = 'model.save_pretrained(folder) writes it'
const ACTIONS: Readonly<Record<ChecklistItem['need'], string>> = {
  config: WRITTEN_BY,
  weights: WRITTEN_BY,
  tokenizer: 'tokenizer.save_pretrained(folder) of a fast tokenizer writes it',
}

/** Lines for stderr, the last one ended too. */
export function failureText({ code, message, remedy, details, checklist }: ErrorReport): string {
  const lines = [message, ...(checklist ? checklistLines(checklist) : []), REMEDIES[code] ?? remedy]
  return [...lines, ...(details ? [details] : [])].map((line) => `${line}\n`).join('')
}

/** A line a need, its file names in one column. */
function checklistLines(items: readonly ChecklistItem[]): string[] {
  const width = Math.max(...items.map(({ file }) => file.length))
  return items.map((item) => {
    const mark = item.state === 'found' ? '✓' : '✗'
    return `  ${mark} ${item.file.padEnd(width)}  ${NEEDS[item.need]}, ${stateText(item)}`
  })
}

function stateText({ need, state, instead }: ChecklistItem): string {
  switch (state) {
    case 'found':
      return 'found'
    case 'pointer':
      return 'missing: only a Git LFS pointer is there; git lfs pull fetches the file'
    case 'other-format':
      return `missing: only ${instead} is there; ${ACTIONS[need]}`
    case 'missing':
      return `missing: ${ACTIONS[need]}`
  }
}

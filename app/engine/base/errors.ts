// Failures that a user can act on: a closed set of codes, each with whose fault it is and what to do about it.
import { GpuError, type GpuErrorCode } from '../../../kernels/runtime/errors.ts'

export { assert } from '../../../kernels/runtime/errors.ts'

/** Whose fault a failure is; the command line's exit code follows from it. */
export type Fault = 'input' | 'usage' | 'machine' | 'interrupted' | 'bug'

export type ErrorCode =
  | GpuErrorCode
  | 'file-missing'
  | 'file-unreadable'
  | 'json-invalid'
  | 'config-invalid'
  | 'architecture-unsupported'
  | 'safetensors-invalid'
  | 'tensor-missing'
  | 'tensor-shape'
  | 'tokenizer-invalid'
  | 'data-invalid'
  | 'column-missing'
  | 'label-unknown'
  | 'recipe-invalid'
  | 'option-invalid'
  | 'training-diverged'
  | 'export-mismatch'
  | 'storage'
  | 'network'
  | 'hub-refused'
  | 'hub-missing'
  | 'hub-write-refused'
  | 'origin-refused'
  | 'download-corrupt'
  | 'usage'
  | 'cancelled'
  | 'bug'

/** Fault and remedy of every code. The remedy is one sentence shown under the message. */
export const ERROR_CATALOG: Readonly<Record<ErrorCode, { fault: Fault; remedy: string }>> = {
  'no-webgpu': {
    fault: 'machine',
    remedy: 'Open the page in Chrome or Edge 113+, Firefox 141+ or Safari 26+, over https or on localhost.',
  },
  'no-adapter': {
    fault: 'machine',
    remedy:
      'Turn on hardware acceleration in the browser’s settings, or update the graphics driver; in Node, set VK_DRIVER_FILES to a Vulkan driver’s JSON file.',
  },
  'device-lost': {
    fault: 'machine',
    remedy: 'Finished stages are kept. Reload the page, or run again with --resume, to go on.',
  },
  'gpu-memory': { fault: 'machine', remedy: 'Choose a smaller batch size or a shorter maximum length.' },
  'gpu-limit': {
    fault: 'machine',
    remedy: 'This tensor is too large for the adapter; use another adapter or a smaller model.',
  },
  'gpu-invalid': { fault: 'bug', remedy: 'Report this with the details below; nothing of yours is in them.' },
  'file-missing': { fault: 'input', remedy: 'Add the file to the folder and open it again.' },
  'file-unreadable': { fault: 'input', remedy: 'Check that the path is right and the file can be read.' },
  'json-invalid': { fault: 'input', remedy: 'Fix the file, or save it again from the tool that wrote it.' },
  'config-invalid': {
    fault: 'input',
    remedy: 'Compare config.json with the one that was saved beside these weights.',
  },
  'architecture-unsupported': {
    fault: 'input',
    remedy: 'Open a BERT or DistilBERT sequence-classification checkpoint.',
  },
  'safetensors-invalid': {
    fault: 'input',
    remedy: 'Download or save the file again; it is incomplete or damaged.',
  },
  'tensor-missing': {
    fault: 'input',
    remedy: 'Open the folder of a whole classifier, saved with its classification head.',
  },
  'tensor-shape': { fault: 'input', remedy: 'Use the config.json that was saved with these weights.' },
  'tokenizer-invalid': {
    fault: 'input',
    remedy: 'Save the tokenizer again with save_pretrained (fast tokenizer).',
  },
  'data-invalid': {
    fault: 'input',
    remedy: 'Fix the rows named, or save the table again: CSV, TSV or JSONL in UTF-8, or Parquet.',
  },
  'column-missing': { fault: 'input', remedy: 'Choose one of the columns that the file has.' },
  'label-unknown': {
    fault: 'input',
    remedy: 'Rename these labels to the model’s, or choose another label column.',
  },
  'recipe-invalid': { fault: 'input', remedy: 'Change the value named to one that is allowed.' },
  'option-invalid': { fault: 'input', remedy: 'Change the value named to one that is allowed.' },
  'training-diverged': { fault: 'input', remedy: 'Lower the learning rate and run the stage again.' },
  'export-mismatch': { fault: 'bug', remedy: 'Do not use the exported file; report this with the details.' },
  storage: { fault: 'machine', remedy: 'Free some disk space or choose another folder.' },
  network: {
    fault: 'machine',
    remedy: 'Check the connection and start the download again; it goes on where it stopped.',
  },
  'hub-refused': {
    fault: 'input',
    remedy:
      'Paste an access token that may read this model, or download its files and drop them on the page.',
  },
  'hub-write-refused': {
    fault: 'input',
    remedy: 'Paste an access token with write permission for the owner named, or name another repository.',
  },
  'origin-refused': {
    fault: 'input',
    remedy:
      'Download the folder and drop it on this page, or serve it beside the studio and give its address there, such as /models/mine/.',
  },
  'hub-missing': { fault: 'input', remedy: 'Check the id and the revision; private models need a token.' },
  'download-corrupt': { fault: 'machine', remedy: 'Start the download again; the damaged part was deleted.' },
  usage: { fault: 'usage', remedy: 'Run `decant --help` for the commands and their options.' },
  cancelled: {
    fault: 'interrupted',
    remedy: 'Start the stage again when you like; finished stages are kept.',
  },
  bug: { fault: 'bug', remedy: 'Report this with the details below; nothing of yours is in them.' },
}

/** `code` is stable; `message` says what happened and names the file, the thing and both numbers. */
export class StudioError extends Error {
  readonly code: ErrorCode
  readonly checklist: readonly ChecklistItem[] | undefined
  constructor(code: ErrorCode, message: string, checklist?: readonly ChecklistItem[]) {
    super(message)
    this.name = 'StudioError'
    this.code = code
    this.checklist = checklist
  }
}

/** One thing that a model folder needs, and whether it is there. */
export interface ChecklistItem {
  readonly need: 'config' | 'weights' | 'tokenizer'
  /** The file that was found, or the first of those that would do. */
  readonly file: string
  readonly state: 'found' | 'missing' | 'pointer' | 'other-format'
  /** The file in another format that stands where the needed one should. */
  readonly instead?: string
}

/** A failure as plain data: classes do not survive `postMessage`. */
export interface ErrorReport {
  readonly code: ErrorCode
  readonly fault: Fault
  readonly message: string
  readonly remedy: string
  readonly details?: string
  /** What a model folder needs and what of it is there, when a file is missing. */
  readonly checklist?: readonly ChecklistItem[]
}

/** Turns anything thrown into a report; what we did not foresee is a bug of ours. */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof StudioError && error.checklist)
    return {
      code: error.code,
      message: error.message,
      ...ERROR_CATALOG[error.code],
      checklist: error.checklist,
    }
  if (error instanceof StudioError || error instanceof GpuError)
    return { code: error.code, message: error.message, ...ERROR_CATALOG[error.code] }
  if (error instanceof DOMException && error.name === 'AbortError')
    return { code: 'cancelled', message: 'Cancelled.', ...ERROR_CATALOG.cancelled }
  const message = error instanceof Error ? error.message : String(error)
  const details = error instanceof Error ? error.stack : undefined
  return { code: 'bug', message, ...ERROR_CATALOG.bug, ...(details ? { details } : {}) }
}

// Lines to copy that run an exported folder: Python, Transformers.js, our command line. They name the files that were written.
import type { Snippet } from '../protocol.ts'

export interface SnippetInputs {
  /** Weight files of the folder. */
  readonly files: readonly { readonly file: string; readonly format: string; readonly precision: string }[]
  /** Name of the folder that holds them. */
  readonly folder: string
  /** Number of classes. */
  readonly labels: number
  /** Tokens at which texts are cut. */
  readonly maxLength: number
}

/** Classes that the Transformers.js lines show, if there are as many. */
const SHOWN_CLASSES = 3
/** The file that the lines name, where several would do: what runs on every CPU in the least time. */
const PREFERRED = ['q8', 'fp32', 'q4']

/** Python and Transformers.js need an ONNX file; the command line reads the safetensors that are always there. */
export function exportSnippets(inputs: SnippetInputs): readonly Snippet[] {
  const onnx = inputs.files.filter(({ format }) => format === 'onnx')
  const [best] = [...onnx].sort((a, b) => PREFERRED.indexOf(a.precision) - PREFERRED.indexOf(b.precision))
  const command: Snippet = { id: 'command', code: commandLine(inputs) }
  if (!best) return [command]
  return [
    { id: 'python', code: python(inputs, best.file) },
    { id: 'javascript', code: javascript(inputs, best.precision) },
    command,
  ]
}

function python({ folder, labels, maxLength }: SnippetInputs, file: string): string {
  return `# pip install onnxruntime tokenizers numpy
import json
import numpy as np
import onnxruntime
from tokenizers import Tokenizer

folder = ${JSON.stringify(folder)}
tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
tokenizer.enable_truncation(${maxLength})
session = onnxruntime.InferenceSession(f"{folder}/${file}", providers=["CPUExecutionProvider"])
text = tokenizer.encode("The text to be classified")
values = {"input_ids": text.ids, "attention_mask": text.attention_mask, "token_type_ids": text.type_ids}
feeds = {name.name: np.array([values[name.name]], np.int64) for name in session.get_inputs()}
logits = session.run(["logits"], feeds)[0][0]  # ${labels} of them, one a label
print(json.load(open(f"{folder}/config.json"))["id2label"][str(logits.argmax())])`
}

function javascript({ folder, labels }: SnippetInputs, precision: string): string {
  return `// npm install @huggingface/transformers
import { env, pipeline } from '@huggingface/transformers'

env.localModelPath = './' // where the folder lies
env.allowRemoteModels = false
const classify = await pipeline('text-classification', ${quoted(folder)}, { dtype: '${precision}' })
console.log(await classify('The text to be classified', { top_k: ${Math.min(SHOWN_CLASSES, labels)} }))`
}

function commandLine({ folder }: SnippetInputs): string {
  return `npx decant predict ${shellWord(folder)} --data texts.csv --json`
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
const shellWord = (text: string) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

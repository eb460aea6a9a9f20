// A box to paste texts or a table into; nothing is opened before the button.
import { useState } from 'react'
import type { DataRole } from '../../engine/protocol.ts'
import { useIntents } from '../store/context.ts'
import { type PasteKind, pastedFile, pastedKind } from '../store/paste.ts'
import { Button } from '../ui/Button.tsx'
import { Disclosure } from '../ui/Disclosure.tsx'
import { RadioGroup } from '../ui/RadioGroup.tsx'
import { words } from '../words.ts'
import styles from './DataPaste.module.css'

export function DataPaste() {
  const [pasted, setPasted] = useState('')
  /** Absent until chosen: what the text looks like decides. */
  const [chosen, setChosen] = useState<PasteKind>()
  const [role, setRole] = useState<DataRole>('train')
  const { openFiles } = useIntents()
  const text = words.data
  const kind = chosen ?? pastedKind(pasted)
  const open = () => openFiles({ tables: [{ file: pastedFile(pasted, kind, role), role }] })
  return (
    <Disclosure title={text.paste}>
      <textarea
        className={styles.box}
        aria-label={text.pasteBox}
        placeholder={text.pasteHint}
        rows={4}
        spellCheck={false}
        value={pasted}
        onChange={(event) => setPasted(event.target.value)}
      />
      <div className={styles.choices}>
        <RadioGroup
          label={text.pasteKind}
          choices={choicesOf(text.pasteKinds)}
          value={kind}
          onChange={(value) => setChosen(value as PasteKind)}
        />
        <RadioGroup
          label={text.pasteRole}
          choices={choicesOf(text.roles)}
          value={role}
          onChange={(value) => setRole(value as DataRole)}
        />
        <Button disabled={pasted.trim() === ''} onClick={open}>
          {text.pasteButton}
        </Button>
      </div>
    </Disclosure>
  )
}

const choicesOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

// Lines that run what was exported, to copy.
import type { Snippet } from '../../../engine/protocol.ts'
import { Disclosure } from '../../ui/Disclosure.tsx'
import { words } from '../../words.ts'
import { SnippetText } from './SnippetText.tsx'

export function Snippets({ snippets }: { readonly snippets: readonly Snippet[] }) {
  const { exporting } = words
  return (
    <Disclosure title={exporting.use}>
      {snippets.map((snippet) => (
        <SnippetText key={snippet.id} snippet={snippet} />
      ))}
    </Disclosure>
  )
}

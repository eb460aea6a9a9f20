// How long the texts are in tokens, and where they are cut: a picture, a sentence and a table of the same numbers.
import type { TokenFacts } from '../../engine/protocol.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { exact } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import { isOpenEnded, TokenBars } from './TokenBars.tsx'
import styles from './TokenHistogram.module.css'

export function TokenHistogram({ tokens }: { readonly tokens: TokenFacts }) {
  const text = words.data
  const { mean, p95, longest, cut, limit } = tokens
  const cutText = cut === 0 ? text.cutNone(exact(limit)) : text.cutSome(exact(cut), exact(limit), cut === 1)
  return (
    <Disclosure title={text.lengths}>
      <TokenBars tokens={tokens} />
      <p className={styles.note}>
        {text.tokens(exact(Math.round(mean)), exact(p95), exact(longest))} {cutText}
      </p>
      <Disclosure title={text.lengthsTable}>
        <PlainTable
          label={text.lengthsTable}
          head={[text.lengthsHead, text.textsHead]}
          rows={tableRows(tokens)}
          numbersFrom={1}
        />
      </Disclosure>
    </Disclosure>
  )
}

function tableRows(tokens: TokenFacts) {
  const { width, counts } = tokens.histogram
  return counts.map((count, bin) => {
    const [low, high] = [bin * width + 1, (bin + 1) * width]
    const isLast = bin === counts.length - 1 && isOpenEnded(tokens)
    const range = low === high ? exact(low) : `${exact(low)}–${exact(high)}`
    return { key: String(bin), cells: [isLast ? words.data.orMore(exact(low)) : range, exact(count)] }
  })
}

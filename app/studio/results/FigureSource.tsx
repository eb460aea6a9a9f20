// What opens on a figure: where the number comes from. In a chunk of its own, fetched at the first press.

import { Popover } from '@base-ui/react/popover'
import { selfTestText } from '../self-test-text.ts'
import type { ComparisonRow } from '../store/comparison.ts'
import { useIntents, useStudio } from '../store/context.ts'
import { PRICE_RANGE } from '../store/cost.ts'
import { Button } from '../ui/Button.tsx'
import { NumberBox } from '../ui/NumberBox.tsx'
import { words } from '../words.ts'
import type { Column } from './columns.ts'
import styles from './FigureSource.module.css'
import { rowName } from './row-name.ts'
import { SampleStrip } from './SampleStrip.tsx'
import { type Fact, sourceOf } from './sources.ts'

interface FigureSourceProps {
  readonly row: ComparisonRow
  readonly column: Column
  /** The button that was pressed: the popover stands at it and gives the focus back to it. */
  readonly anchor: HTMLElement
  readonly isOpen: boolean
  readonly onClose: () => void
}

const PRICE = {
  ...PRICE_RANGE,
  label: words.source.priceLabel,
  help: words.source.priceHelp,
  unit: words.source.priceUnit,
}

export default function FigureSource({ row, column, anchor, isOpen, onClose }: FigureSourceProps) {
  return (
    <Popover.Root
      open={isOpen}
      onOpenChange={(open, { event }) => {
        // A press on the figure itself reaches its own button, which closes.
        const isOnAnchor = event.target instanceof Node && anchor.contains(event.target)
        if (!open && !(event.type !== 'keydown' && isOnAnchor)) onClose()
      }}
    >
      <Popover.Portal>
        <Popover.Positioner anchor={anchor} sideOffset={6} collisionPadding={8} className={styles.positioner}>
          <Popover.Popup className={styles.popup} finalFocus={{ current: anchor }}>
            <header className={styles.head}>
              <Popover.Title className={styles.title}>
                {words.source.of(rowName(row), column.head)}
              </Popover.Title>
              <Popover.Close render={<Button look="quiet" aria-label={words.source.close} />}>
                ✕
              </Popover.Close>
            </header>
            <SourceBody row={row} column={column} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function SourceBody({ row, column }: Pick<FigureSourceProps, 'row' | 'column'>) {
  const prices = useStudio((state) => state.prices)
  const device = useDevice()
  const { setPrice } = useIntents()
  const { source } = words
  const { exact: value, formula, facts, samples, felt } = sourceOf(column.key, row, prices)
  const note = staleNote(row, column, prices)
  const latency = row.measured?.latency_ms
  return (
    <>
      <p className={styles.value}>{value ?? source.none}</p>
      {value !== undefined && note && <p className={styles.note}>{note}</p>}
      {felt && <p className={styles.felt}>{felt}</p>}
      {column.key === 'cost' && (
        <p className={styles.price}>
          <span aria-hidden="true">{source.priceLabel}</span>
          <NumberBox option={PRICE} value={prices.perHour} label={source.priceLabel} onCommit={setPrice} />
        </p>
      )}
      <p className={styles.formula}>{formula}</p>
      {samples && latency && <SampleStrip samples={samples} p50={latency.p50} p95={latency.p95} />}
      <dl className={styles.facts}>
        {[...facts, ...device].map(({ name, value: known, title }: Fact) => (
          <div className={styles.fact} key={name}>
            <dt className={styles.name}>{name}</dt>
            <dd title={title}>{known}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function staleNote(
  row: ComparisonRow,
  column: Column,
  prices: { readonly perHour: number },
): string | undefined {
  const { isStale, isEstimate } = column.figure(row, { prices })
  if (!isStale) return undefined
  return isEstimate ? words.source.estimate : words.source.outdated
}

function useDevice() {
  const gpu = useStudio((state) => state.gpu)
  if (!gpu) return []
  const { adapter } = gpu
  const name = adapter.description || [adapter.vendor, adapter.architecture].filter(Boolean).join(' ')
  const software = adapter.fallback ? `, ${words.gpu.software}` : ''
  const { source } = words
  return [
    { name: source.device, value: `${name || words.gpu.unnamed}${software}` },
    {
      name: source.selfTest,
      value: selfTestText(gpu),
    },
  ]
}

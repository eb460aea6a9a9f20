// The device in tables: its roofs, and our kernels beside them, family by family; to be copied as a whole.
import type { DeviceReport, KernelFamily, KernelMeasurement } from '../../engine/protocol.ts'
import { CopyButtons } from '../results/CopyButtons.tsx'
import { duration, exact, figures, milliseconds, moment, percent } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import styles from './DeviceTables.module.css'
import { roofRows } from './roof-rows.ts'

const FORMATS = ['markdown', 'json'] as const

export function DeviceTables({ report }: { readonly report: DeviceReport }) {
  const { device } = words
  return (
    <section className={styles.tables} aria-label={device.results}>
      <p className={styles.where}>
        <strong>{report.adapter || device.unnamed}</strong>
        {` · ${report.browser} · ${device.processors(exact(report.processors))} · ${moment(report.at)}`}
      </p>
      <div className={styles.bar}>
        <p className={styles.note}>{summaryOf(report)}</p>
        <CopyButtons formats={FORMATS} copy={(format) => report[format]} />
      </div>
      <h3 className={styles.title}>{device.roofs}</h3>
      <PlainTable
        label={device.roofs}
        head={[device.roof, device.measured]}
        rows={roofRows(report.roofs)}
        numbersFrom={1}
      />
      {report.families.map((family) => (
        <FamilyTable key={family.title} family={family} />
      ))}
      <p className={styles.note}>{device.note}</p>
    </section>
  )
}

function summaryOf({ families, seconds, rounds, skipped }: DeviceReport): string {
  const { device } = words
  const cases = families.flatMap((family) => family.cases)
  const wrong = cases.filter(({ fault }) => fault !== undefined).map(({ name }) => name)
  const parts = [
    wrong.length > 0 ? device.wrong(wrong.join('; ')) : device.right(exact(cases.length)),
    device.taken(duration(seconds), exact(rounds)),
    ...(skipped > 0 ? [device.skipped(exact(skipped))] : []),
  ]
  return parts.join(' ')
}

function FamilyTable({ family: { title, unit, cases } }: { readonly family: KernelFamily }) {
  const { device } = words
  return (
    <>
      <h3 className={styles.title}>{title}</h3>
      <PlainTable
        label={title}
        head={[device.size, device.time, unit, device.share, device.error]}
        rows={cases.map((measured) => ({ key: measured.name, cells: cellsOf(measured) }))}
        numbersFrom={1}
      />
    </>
  )
}

function cellsOf({ name, fault, median, rate, shareOfRoof, error }: KernelMeasurement): string[] {
  const { device, table } = words
  if (fault !== undefined) return [name, device.fails(fault)]
  const shown = (value: number | undefined, format: (value: number) => string) =>
    value === undefined ? table.none : format(value)
  return [
    name,
    shown(median, milliseconds),
    shown(rate, figures),
    shown(shareOfRoof, (share) => percent(share, 0)),
    shown(error, (share) => percent(share)),
  ]
}

// What the last export wrote, with a way to save it once more.
import type { Exported } from '../store/state.ts'
import { bytes, exact } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import styles from './ExportedFiles.module.css'

export function ExportedFiles({ exported }: { readonly exported: Exported }) {
  const { exporting } = words
  return (
    <div className={styles.exported}>
      <p className={styles.name}>
        <strong>{exported.name}</strong> <span title={exact(exported.bytes)}>{bytes(exported.bytes)}</span>
        {exported.url && (
          <a className={styles.again} href={exported.url} download={exported.name}>
            {exporting.again}
          </a>
        )}
      </p>
      {exported.isOutdated && <p className={styles.outdated}>{exporting.outdated}</p>}
      <PlainTable
        label={exported.name}
        head={[exporting.file, exporting.size]}
        rows={exported.files.map(({ file, bytes: size }) => ({ key: file, cells: [file, bytes(size)] }))}
        numbersFrom={1}
      />
    </div>
  )
}

// What the last export wrote, each file with its check, and a way to save it once more.
import type { Exported } from '../store/state.ts'
import { bytes, exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './ExportedFiles.module.css'
import { FileChecks } from './export/FileChecks.tsx'

export function ExportedFiles({ exported }: { readonly exported: Exported }) {
  const { exporting } = words
  return (
    <div className={styles.exported}>
      <p className={styles.name}>
        <strong>{exported.name}</strong> <span title={exact(exported.bytes)}>{bytes(exported.bytes)}</span>
        {exported.isFolder && <span>{exporting.inFolder}</span>}
        {exported.url && (
          <a className={styles.again} href={exported.url} download={exported.name}>
            {exporting.again}
          </a>
        )}
      </p>
      {exported.isOutdated && <p className={styles.outdated}>{exporting.outdated}</p>}
      <ul className={styles.files} aria-label={exporting.files}>
        {exported.files.map(({ file, bytes: size, isCheckable }) => (
          <li className={styles.file} key={file}>
            <p className={styles.head}>
              <span className={styles.path}>{file}</span> <span title={exact(size)}>{bytes(size)}</span>
            </p>
            {isCheckable ? (
              <FileChecks file={file} checks={exported.checks[file] ?? {}} />
            ) : (
              <p className={styles.note}>{exporting.notCheckable}</p>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

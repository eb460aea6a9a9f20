// What the last export wrote, each file with its check, and a way to save it once more.
import { useIntents, useStudio } from '../store/context.ts'
import type { Exported } from '../store/state.ts'
import { Button } from '../ui/Button.tsx'
import { bytes, exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './ExportedFiles.module.css'
import { FileCheckLine } from './export/FileCheckLine.tsx'

export function ExportedFiles({ exported }: { readonly exported: Exported }) {
  const isIdle = useStudio((state) => state.activity.state === 'idle')
  const { verifyFile } = useIntents()
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
        {exported.files.map(({ file, bytes: size, isCheckable }) => {
          const check = exported.checks[file]
          return (
            <li className={styles.file} key={file}>
              <p className={styles.head}>
                <span className={styles.path}>{file}</span> <span title={exact(size)}>{bytes(size)}</span>
              </p>
              {check && <FileCheckLine check={check} />}
              {isCheckable && (!check || check.kind === 'failed') && (
                <Button
                  look="quiet"
                  aria-label={exporting.verifyFile(file)}
                  title={exporting.verifyHint}
                  disabled={!isIdle}
                  onClick={() => verifyFile(file)}
                >
                  {isIdle ? exporting.verify : exporting.waiting}
                </Button>
              )}
              {!isCheckable && <p className={styles.note}>{exporting.notCheckable}</p>}
            </li>
          )
        })}
      </ul>
    </div>
  )
}

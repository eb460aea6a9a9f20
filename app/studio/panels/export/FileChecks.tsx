// A written file in ONNX Runtime, on the CPU and on the GPU: what came of it, and the button where nothing has yet.
import { Fragment } from 'react'
import type { CheckProvider, FileCheck } from '../../../engine/protocol.ts'
import { useIntents, useStudio } from '../../store/context.ts'
import { Button } from '../../ui/Button.tsx'
import { words } from '../../words.ts'
import { FileCheckLine } from './FileCheckLine.tsx'

const PROVIDERS: readonly CheckProvider[] = ['wasm', 'webgpu']

interface FileChecksProps {
  readonly file: string
  readonly checks: Readonly<Partial<Record<CheckProvider, FileCheck>>>
}

export function FileChecks({ file, checks }: FileChecksProps) {
  const isIdle = useStudio((state) => state.activity.state === 'idle')
  const { verifyFile } = useIntents()
  const { exporting } = words
  return PROVIDERS.map((provider) => {
    const check = checks[provider]
    const isWaiting = provider === 'wasm' && !isIdle
    return (
      <Fragment key={provider}>
        {check && <FileCheckLine check={check} />}
        {check?.kind !== 'checked' && (
          <Button
            look="quiet"
            aria-label={exporting.verifyFile[provider](file)}
            title={exporting.verifyHint[provider]}
            disabled={!isIdle}
            onClick={() => verifyFile(file, provider)}
          >
            {isWaiting ? exporting.waiting : exporting.verify[provider]}
          </Button>
        )}
      </Fragment>
    )
  })
}

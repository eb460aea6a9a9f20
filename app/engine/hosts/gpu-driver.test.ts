// Which driver is taken: a graphics card's where there is one, whatever the files are called. What drivers yield is given here.
import { expect, test } from 'vitest'

interface Driver {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly isCardOnly?: boolean
}
type Probe = (env: Driver['env']) => { text: string; isOnCpu: boolean } | undefined

// Plain JavaScript, which runs before anything is built, has no types.
const module: string = './gpu-driver.mjs'
const { firstDriver } = (await import(module)) as {
  firstDriver: (drivers: readonly Driver[], probe: Probe) => { name: string; adapter: string } | undefined
}

const SYSTEM = { name: 'system', env: {}, isCardOnly: true }
const FILES = ['lvp_icd.json', 'nvidia_icd.json'].map((name) => ({ name, env: { VK_DRIVER_FILES: name } }))
const CARD = { text: 'a card', isOnCpu: false }
const LAVAPIPE = { text: 'llvmpipe', isOnCpu: true }

test('a card that the system offers is taken before a file that comes first by its name', () => {
  const probe: Probe = ({ VK_DRIVER_FILES: file }) => (file === 'lvp_icd.json' ? LAVAPIPE : CARD)
  expect(firstDriver([SYSTEM, ...FILES], probe)).toMatchObject({ name: 'system', adapter: 'a card' })
})

test('without a card the first file that yields an adapter is taken, and named', () => {
  expect(firstDriver([SYSTEM, ...FILES], () => LAVAPIPE)).toMatchObject({ name: 'lvp_icd.json' })
  const probe: Probe = ({ VK_DRIVER_FILES: file }) => (file === 'nvidia_icd.json' ? LAVAPIPE : undefined)
  expect(firstDriver([SYSTEM, ...FILES], probe)).toMatchObject({ name: 'nvidia_icd.json' })
})

test('without any adapter there is no driver', () => {
  expect(firstDriver([SYSTEM, ...FILES], () => undefined)).toBeUndefined()
})

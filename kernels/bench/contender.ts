// What takes part in the benchmark: a library that prepares tasks, and tasks that run repeatedly on resident inputs.
import type { Task } from './task.ts'

/** What the benchmark needs of where it runs. */
export interface BenchHost {
  /** The WebGPU entry point; rivals find the same one as `navigator.gpu`. */
  readonly gpu: GPU
  /** Address of a file that lies beside the bundle: `ort/…` and `sample/…`. */
  address(path: string): string
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>
  /** Versions of packages by name. */
  readonly versions: Readonly<Record<string, string>>
  /** Browser or Node with its version, the graphics driver as far as it is known, and processors of the machine. */
  readonly platform: { readonly runtime: string; readonly driver: string; readonly processors: number }
  /** A line about progress. */
  log(line: string): void
}

/** A task whose inputs are on the device and whose pipelines are made with its first run. */
export interface Prepared {
  /** Starts one repetition; it need not have ended when this returns. */
  run(): void | Promise<void>
  /** Ends when everything started has ended. */
  wait(): Promise<void>
  /** Values that the last repetition wrote. */
  read(): Promise<ArrayLike<number>>
  release(): void | Promise<void>
}

export interface StartedContender {
  /** @returns undefined where the library has no such operation. @throws whatever keeps it from running here */
  prepare(task: Task): Promise<Prepared | undefined>
  /** Gives its device back, where the library lets it go. */
  release?(): void | Promise<void>
}

/** A library, or one way of running it; each lives in a file `contenders/<id>.contender.ts` with one default export. */
export interface Contender {
  readonly id: string
  /** The package whose version is told. */
  readonly package: string
  /** Where it computes: ratios against rivals are of contenders on the GPU, those on the CPU are stated beside. */
  readonly on: 'gpu' | 'cpu'
  /** @throws whatever keeps it from running here */
  start(host: BenchHost): Promise<StartedContender>
}

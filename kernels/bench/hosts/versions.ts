// Versions of the packages that take part, written in by the build.

declare const __BENCH_VERSIONS__: Readonly<Record<string, string>>

export const versions = __BENCH_VERSIONS__

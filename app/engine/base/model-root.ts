// Where in a tree of files a model lies; the page and the engine sort files by it.

const CONFIG = 'config.json'

/**
 * The folder that a model's files lie in, with a slash at its end: that of the config.json nearest to the top; without one, the
 * folder that holds everything. Empty when that is the top itself.
 */
export function modelRoot(paths: readonly string[]): string {
  const depth = (path: string) => path.split('/').length
  const config = paths
    .filter((path) => path === CONFIG || path.endsWith(`/${CONFIG}`))
    .sort((a, b) => depth(a) - depth(b))[0]
  if (config !== undefined) return config.slice(0, -CONFIG.length)
  const [first = ''] = paths
  const top = first.slice(0, first.indexOf('/') + 1)
  return paths.every((path) => path.startsWith(top)) ? top : ''
}

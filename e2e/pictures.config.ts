// `npm run pictures`: takes the README's pictures in the browser and on the build that the stories use.
import { join } from 'node:path'
import stories from '../playwright.config.ts'

/** The build starts from the root, where a config of the root would start it. */
const webServer = { ...stories.webServer, cwd: join(import.meta.dirname, '..') }

export default { ...stories, testDir: '.', testMatch: 'pictures.ts', webServer }

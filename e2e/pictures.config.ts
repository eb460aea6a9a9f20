// `npm run pictures`: takes the README's pictures in the browser and on the build that the stories use.
import stories from '../playwright.config.ts'

export default { ...stories, testDir: '.', testMatch: 'pictures.ts' }

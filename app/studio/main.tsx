// Starts the engine, draws the page, and opens the sample.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './tokens.css'
import './base.css'
import { App } from './App.tsx'
import { startEngine } from './store/client.ts'
import { StudioContext } from './store/context.ts'
import { recipeOfHash } from './store/recipe-link.ts'
import { createStudio } from './store/studio.ts'
import { words } from './words.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element "root" to draw in.')

const engine = startEngine()
const studio = createStudio(engine.send)
engine.attach(studio)

createRoot(root).render(
  <StrictMode>
    <StudioContext value={studio}>
      <App />
    </StudioContext>
  </StrictMode>,
)
// The worker takes commands once it has started, so nothing waits for it here.
requestAnimationFrame(() => {
  if (isTuned(window.location.search)) engine.send({ type: 'tune' })
  studio.intents.openSample()
  openLinkedRecipe()
})
window.addEventListener('hashchange', openLinkedRecipe)

/** `?tune=off` leaves every kernel in its default form. */
function isTuned(search: string): boolean {
  return new URLSearchParams(search).get('tune') !== 'off'
}

/** A recipe in the address is checked and taken over; the address then forgets it, so that a reload keeps later changes. */
async function openLinkedRecipe(): Promise<void> {
  try {
    const text = await recipeOfHash(window.location.hash)
    if (text === undefined) return
    window.history.replaceState(null, '', window.location.pathname)
    studio.intents.openRecipe(words.share.linkName, text)
  } catch (error) {
    studio.intents.reportBrokenLink(error)
  }
}

/** Keeps the page and the sample for visits without a network; only a built page has the script. */
function keepForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  // A refusal (private window, storage full) leaves the page as it is: online only.
  navigator.serviceWorker.register('/sw.js').catch(() => {})
}
window.addEventListener('load', () => setTimeout(keepForOffline, 5000))

// Starts the engine, draws the page, and opens the sample.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './tokens.css'
import './base.css'
import { App } from './App.tsx'
import { startEngine } from './store/client.ts'
import { StudioContext } from './store/context.ts'
import { createStudio } from './store/studio.ts'

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
// The worker takes the command once it has started, so nothing waits for it here.
requestAnimationFrame(() => studio.intents.openSample())

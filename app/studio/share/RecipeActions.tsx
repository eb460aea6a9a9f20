// The recipe as a link, as a file, and back from a file.
import { useContext, useState } from 'react'
import { StudioContext, useIntents, useStudio } from '../store/context.ts'
import { recipeText, wholeRecipe } from '../store/recipe.ts'
import { recipeHash } from '../store/recipe-link.ts'
import { Button } from '../ui/Button.tsx'
import { copyText } from '../ui/copy-text.ts'
import { FileButton } from '../ui/FileButton.tsx'
import { saveText } from '../ui/save-text.ts'
import { words } from '../words.ts'
import styles from './RecipeActions.module.css'

export function RecipeActions() {
  const studio = useContext(StudioContext)
  const isOpen = useStudio(({ model, data }) => model !== undefined && data !== undefined)
  const { openRecipe } = useIntents()
  const [link, setLink] = useState<{ readonly url: string; readonly isCopied: boolean }>()
  const { share } = words
  const text = () => {
    const recipe = studio && wholeRecipe(studio.store.getState())
    return recipe && recipeText(recipe)
  }
  const makeLink = async () => {
    const recipe = text()
    if (recipe === undefined) return
    const url = new URL(await recipeHash(recipe), window.location.href).href
    setLink({ url, isCopied: await copyText(url) })
  }
  const open = async ([file]: FileList) => file && openRecipe(file.name, await file.text())
  return (
    <section className={styles.actions} aria-label={share.title}>
      <h2 className={styles.title}>{share.title}</h2>
      <Button look="quiet" disabled={!isOpen} title={share.linkHint} onClick={makeLink}>
        {share.link}
      </Button>
      <Button
        look="quiet"
        disabled={!isOpen}
        onClick={() => saveText('recipe.json', text() ?? '', 'application/json')}
      >
        {share.save}
      </Button>
      <FileButton label={share.open} hint={share.openHint} accept=".json,application/json" onPick={open} />
      <p className={styles.note} role="status">
        {link?.isCopied && share.copied}
      </p>
      {link && <input className={styles.link} aria-label={share.linkText} readOnly value={link.url} />}
    </section>
  )
}

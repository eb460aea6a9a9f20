// A known article's case, and what does not follow from its own numbers.
import { ARTICLE, type CostSettings, yearOf } from '../store/cost.ts'
import { dollars } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './CostTab.module.css'

interface ArticleNoteProps {
  readonly cost: CostSettings
  readonly pricePerHour: number
}

export function ArticleNote({ cost, pricePerHour }: ArticleNoteProps) {
  const { settings } = ARTICLE
  const isArticle =
    pricePerHour === ARTICLE.pricePerHour &&
    cost.requestsPerDay === settings.requestsPerDay &&
    cost.capacities.teacher === settings.capacities.teacher &&
    cost.capacities.student === settings.capacities.student
  if (!isArticle) return null
  const year = (machines: number) => dollars(yearOf(machines, pricePerHour))
  return (
    <ul className={styles.note} aria-label={words.costs.article}>
      {words.costs.articleNotes(year(7), year(1), year(2), year(3)).map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

// A short list of names and values.
import styles from './Facts.module.css'

interface FactsProps {
  readonly facts: readonly { readonly name: string; readonly value: string; readonly title?: string }[]
}

export function Facts({ facts }: FactsProps) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ name, value, title }) => (
        <div className={styles.fact} key={name}>
          <dt className={styles.name}>{name}</dt>
          <dd className={styles.value} title={title}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}

// Options as data: one definition gives a control its label and range and a recipe its validation.
import { StudioError } from './errors.ts'

interface OptionBase<T> {
  readonly key: string
  readonly label: string
  /** One sentence: what a larger value does. */
  readonly help: string
  readonly default: T
  /** Shown among the main settings; others fold under "More". */
  readonly main?: boolean
}

export interface NumberOption extends OptionBase<number> {
  readonly kind: 'number' | 'integer'
  readonly min: number
  readonly max: number
  readonly step: number
  /** `log` for values that span decades. */
  readonly scale?: 'linear' | 'log'
  readonly unit?: string
}

export interface ChoiceOption extends OptionBase<string | number> {
  readonly kind: 'choice'
  readonly choices: readonly { readonly value: string | number; readonly label: string }[]
}

export interface SetOption extends OptionBase<readonly string[]> {
  readonly kind: 'set'
  readonly choices: readonly { readonly value: string; readonly label: string }[]
}

/** Layer numbers of the teacher, in increasing order; empty means every other layer. */
export interface LayersOption extends OptionBase<readonly number[]> {
  readonly kind: 'layers'
}

/** Free text patterns, such as names of layers left unquantized. */
export interface NamesOption extends OptionBase<readonly string[]> {
  readonly kind: 'names'
}

export type OptionDefinition = NumberOption | ChoiceOption | SetOption | LayersOption | NamesOption
export type OptionValue = number | string | readonly string[] | readonly number[]
export type OptionValues = Readonly<Record<string, OptionValue>>

export function defaultValues(definitions: readonly OptionDefinition[]): OptionValues {
  return Object.fromEntries(definitions.map((definition) => [definition.key, definition.default]))
}

/**
 * Fills in defaults and checks every key and value.
 * @throws StudioError `option-invalid`, naming the key, the value and what is allowed.
 */
export function checkOptions(
  definitions: readonly OptionDefinition[],
  given: Readonly<Record<string, unknown>>,
  where: string,
): OptionValues {
  const known = new Set(definitions.map(({ key }) => key))
  for (const key of Object.keys(given))
    if (!known.has(key))
      throw new StudioError(
        'option-invalid',
        `${where}: unknown key "${key}"; allowed are ${[...known].join(', ')}.`,
      )
  return Object.fromEntries(
    definitions.map((definition) => {
      const value = given[definition.key]
      return [
        definition.key,
        value === undefined ? definition.default : checkOption(definition, value, where),
      ]
    }),
  )
}

function checkOption(definition: OptionDefinition, value: unknown, where: string): OptionValue {
  const refuse = (allowed: string): never => {
    throw new StudioError(
      'option-invalid',
      `${where}: "${definition.key}" is ${JSON.stringify(value)}; allowed is ${allowed}.`,
    )
  }
  switch (definition.kind) {
    case 'number':
    case 'integer': {
      const noun = definition.kind === 'integer' ? 'a whole number' : 'a number'
      const fits =
        typeof value === 'number' &&
        value >= definition.min &&
        value <= definition.max &&
        (definition.kind === 'number' || Number.isInteger(value))
      return fits ? (value as number) : refuse(`${noun} from ${definition.min} to ${definition.max}`)
    }
    case 'choice': {
      const found = definition.choices.find((choice) => choice.value === value)
      return found ? found.value : refuse(definition.choices.map((choice) => choice.value).join(', '))
    }
    case 'set': {
      const values = definition.choices.map((choice) => choice.value)
      const fits = Array.isArray(value) && value.length > 0 && value.every((item) => values.includes(item))
      return fits ? (value as string[]) : refuse(`a list of ${values.join(', ')}`)
    }
    case 'layers': {
      const fits =
        Array.isArray(value) &&
        value.every((item, i) => Number.isInteger(item) && item >= 0 && (i === 0 || item > value[i - 1]))
      return fits ? (value as number[]) : refuse('a list of layer numbers, increasing')
    }
    case 'names': {
      const fits = Array.isArray(value) && value.every((item) => typeof item === 'string')
      return fits ? (value as string[]) : refuse('a list of names')
    }
  }
}

/** Options as a recipe's file holds them: `recovery.epochs` becomes `epochs` within `recovery`. */
export function nestOptions(options: OptionValues): Record<string, unknown> {
  const nested: Record<string, OptionValue | Record<string, OptionValue>> = {}
  for (const [key, value] of Object.entries(options)) {
    const [outer = key, inner] = key.split('.')
    if (inner === undefined) nested[outer] = value
    else nested[outer] = { ...(nested[outer] as Record<string, OptionValue> | undefined), [inner]: value }
  }
  return nested
}

// Which students say of a text what the teacher says.
import type { Predictions } from '../../store/state.ts'

type Prediction = Predictions['predictions'][number]

export interface Agreement {
  readonly teacher: Prediction
  /** Students that predict another class than the teacher. */
  readonly dissenting: readonly Prediction[]
  readonly students: number
}

/** Undefined where there is no student, or no teacher to agree with. */
export function agreementOf(predictions: readonly Prediction[]): Agreement | undefined {
  const teacher = predictions.find(({ key }) => key === 'teacher')
  const students = predictions.filter(({ key }) => key !== 'teacher')
  if (!teacher || students.length === 0) return undefined
  return {
    teacher,
    dissenting: students.filter(({ label }) => label !== teacher.label),
    students: students.length,
  }
}

/** The text in front of those before it; one that was there moves. */
export function remembered(texts: readonly string[], text: string, most: number): readonly string[] {
  return [text, ...texts.filter((other) => other !== text)].slice(0, most)
}

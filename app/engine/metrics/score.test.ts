// Scores of logits against SciPy and scikit-learn, on logits that both sides compute from the same formula.
import { describe, expect, it } from 'vitest'
import { failureOf } from '../formats/testing.ts'
import { rowProbabilities, scoreLogits } from './score.ts'

const [ROWS, CLASSES] = [40, 5]
const cells = <T>(value: (row: number, id: number) => T): T[] =>
  Array.from({ length: ROWS * CLASSES }, (_, at) => value(Math.floor(at / CLASSES), at % CLASSES))

const teacherLogits = Float32Array.from(cells((i, j) => Math.sin(3 * i + 5 * j) * 4))
const logits = Float32Array.from(
  cells((i, j) => teacherLogits[i * CLASSES + j]! + 2 * Math.cos(7 * i + 2 * j)),
)
/** The teacher's class, or the next one in every fourth row. */
const labels = Int32Array.from({ length: ROWS }, (_, i) => {
  const row = [...teacherLogits.subarray(i * CLASSES, (i + 1) * CLASSES)]
  return (row.indexOf(Math.max(...row)) + (i % 4 === 0 ? 1 : 0)) % CLASSES
})
const none = new Int32Array(ROWS).fill(-1)

function expectClose(actual: object, expected: Record<string, unknown>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort())
  for (const [key, value] of Object.entries(actual)) {
    const pairs = [value].flat().map((number, i) => [number, [expected[key]].flat()[i]] as [number, number])
    for (const [number, wanted] of pairs) expect(number, key).toBeCloseTo(wanted, 9)
  }
}

describe('scoreLogits', () => {
  // accuracy_score, f1_score(average='macro'), scipy.special.log_softmax, binomtest in Python 3.11.
  it('gives the numbers of SciPy and scikit-learn', () => {
    expectClose(scoreLogits({ logits, teacherLogits, labels, classes: CLASSES }), {
      n: 40,
      accuracy: 0.5,
      interval: [0.35199526933465386, 0.6480047306653461],
      macro_f1: 0.49251805985552116,
      agreement: 0.575,
      kl: 0.44019071407689336,
      p_value: 0.012939453125,
    })
  })

  it('leaves out rows without a label', () => {
    const some = labels.map((label, i) => (i % 3 === 0 ? -1 : label))
    expectClose(scoreLogits({ logits, teacherLogits, labels: some, classes: CLASSES }), {
      n: 26,
      accuracy: 0.5384615384615384,
      interval: [0.35457938746858797, 0.7124414646960878],
      macro_f1: 0.5245920745920746,
      agreement: 0.5384615384615384,
      kl: 0.4779956572810565,
      p_value: 0.109375,
    })
  })

  it('compares with the teacher alone when no row has a label', () => {
    expectClose(scoreLogits({ logits, teacherLogits, labels: none, classes: CLASSES }), {
      n: 40,
      interval: [0.42195068541991076, 0.7149060744004961],
      agreement: 0.575,
      kl: 0.44019071407689336,
    })
  })

  it('finds the teacher equal to itself', () => {
    const row = scoreLogits({ logits: teacherLogits, teacherLogits, labels, classes: CLASSES })
    expect(row).toMatchObject({ n: 40, accuracy: 0.75, agreement: 1, kl: 0, p_value: 1 })
  })

  it('stays finite for logits that overflow exp', () => {
    const far = Float32Array.of(1000, -1000, -1000, 1000)
    const near = Float32Array.of(1000, -1000, 1000, -1000)
    const row = scoreLogits({ logits: near, teacherLogits: far, labels: Int32Array.of(0, 0), classes: 2 })
    expect(row.kl).toBeCloseTo(1000, 9)
    expect(row.agreement).toBe(0.5)
  })

  it('takes the first of equal logits', () => {
    const flat = new Float32Array(4)
    const row = scoreLogits({ logits: flat, teacherLogits: flat, labels: Int32Array.of(0, 1), classes: 2 })
    expect(row.accuracy).toBe(0.5)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a logit of %f', async (value) => {
    const damaged = logits.with(7, value)
    const failure = await failureOf(() =>
      scoreLogits({ logits: damaged, teacherLogits, labels, classes: CLASSES }),
    )
    expect(failure.code).toBe('training-diverged')
    expect(failure.message).toContain('row 1')
  })
})

describe('rowProbabilities', () => {
  it('sums to one and keeps ratios', () => {
    const [a, b, c] = rowProbabilities(Float32Array.of(9, 9, 0, Math.LN2, 0), 1, 2)
    expect([a! / b!, a! + b!, c]).toEqual([expect.closeTo(0.5, 6), expect.closeTo(1, 12), undefined])
  })
})

// Distillation: a student made of chosen teacher layers, trained on the teacher's outputs.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { StudioError } from '../base/errors.ts'
import type { OptionDefinition } from '../base/options.ts'
import { copyModel, type Model } from '../model/model.ts'
import type { ModelSpec, Role } from '../model/spec.ts'
import { trainingOptions } from './schedule.ts'

export const DISTILL_OPTIONS: readonly OptionDefinition[] = [
  {
    key: 'student_layers',
    kind: 'layers',
    label: 'Student layers',
    help: 'Teacher layers that the student starts from. None chosen means every other layer.',
    default: [],
    main: true,
  },
  ...trainingOptions('', { epochs: 5, learning_rate: 1e-4 }),
]

/** Every other layer, from the first. */
export function defaultStudentLayers(teacher: ModelSpec): number[] {
  return [...teacher.layers.keys()].filter((layer) => layer % 2 === 0)
}

/**
 * Untrained student: copies of the teacher's embeddings, chosen layers, pooler and classifier.
 * @throws StudioError `option-invalid` for a layer that the teacher does not have
 */
export function createStudent(gpu: Gpu, teacher: Model, chosen: readonly number[]): Model {
  const layers = chosen.length > 0 ? chosen : defaultStudentLayers(teacher.spec)
  const missing = layers.find((layer) => layer >= teacher.spec.layers.length)
  if (missing !== undefined)
    throw new StudioError(
      'option-invalid',
      `distill: "student_layers" has ${missing}; the teacher has layers 0 to ${teacher.spec.layers.length - 1}.`,
    )
  const spec = { ...teacher.spec, layers: layers.map((layer) => teacher.spec.layers[layer]!) }
  const fromTeacher = (role: Role) =>
    role.replace(/^layers\.(\d+)\./, (_, index) => `layers.${layers[Number(index)]}.`) as Role
  return copyModel(gpu, teacher, spec, fromTeacher)
}

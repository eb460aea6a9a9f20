// The kinds of option that controls are drawn from, picked out of the protocol's union.
import type { OptionDefinition } from '../../engine/protocol.ts'

type OfKind<K extends OptionDefinition['kind']> = Extract<OptionDefinition, { kind: K }>

export type NumberOption = OfKind<'number' | 'integer'>
export type ChoiceOption = OfKind<'choice'>
export type SetOption = OfKind<'set'>
export type LayersOption = OfKind<'layers'>
export type NamesOption = OfKind<'names'>

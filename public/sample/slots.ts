// Words that fill the {slots} of the sample's templates. No brand, no person, no real order.
import type { Choices } from './choices.ts'

// Devices can fail after months, things can crack, clothes can have the wrong size; every item is one of these.
const devices = [
  'kettle',
  'desk lamp',
  'coffee grinder',
  'keyboard',
  'toaster',
  'speaker',
  'bike light',
  'radio',
]
const things = [...devices, 'water bottle', 'phone case', 'mirror', 'lunch box', 'plant pot', 'chair']
const clothes = ['jacket', 'sweater', 'shirt', 'raincoat', 'hoodie', 'belt']
const items = [...things, ...clothes, 'blanket', 'backpack', 'notebook', 'yoga mat', 'tent']

const lists: Readonly<Record<string, readonly string[]>> = {
  item: items,
  thing: things,
  device: devices,
  wear: clothes,
  parcel: ['parcel', 'package', 'order', 'delivery'],
  color: ['red', 'blue', 'green', 'black', 'white', 'gray'],
  day: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  ago: [
    'yesterday',
    'two days ago',
    'last week',
    'a week ago',
    'ten days ago',
    'three weeks ago',
    'last Friday',
  ],
  month: ['March', 'April', 'May', 'June', 'October'],
  country: ['Norway', 'Japan', 'Canada', 'Spain', 'Brazil', 'Poland', 'Kenya', 'Ireland'],
  city: ['Leeds', 'Oslo', 'Denver'],
  plan: ['basic', 'plus', 'premium', 'student'],
  code: ['SPRING10', 'WELCOME5', 'HELLO15', 'SUMMER20', 'EXTRA10'],
}

function fresh(kind: string, random: Choices): string {
  if (kind === 'number') return String(10000 + random.below(90000))
  if (kind === 'money') {
    const whole = 9 + random.below(90)
    return random.pick([`$${whole}`, `$${whole}.90`, `${whole} euros`])
  }
  const list = lists[kind]
  if (!list)
    throw new RangeError(`unknown slot {${kind}}; known: number, money, ${Object.keys(lists).join(', ')}`)
  return random.pick(list)
}

/**
 * Makes the slot values of one sentence: a name keeps its value, and `{item2}` is another item than `{item}`.
 * Throws RangeError on an unknown slot.
 */
export function createSlots(random: Choices): (name: string) => string {
  const values = new Map<string, string>()
  return (name) => {
    const known = values.get(name)
    if (known !== undefined) return known
    const kind = name.replace(/\d$/, '')
    const taken = new Set([...values].filter(([other]) => other.startsWith(kind)).map(([, value]) => value))
    let value = fresh(kind, random)
    while (taken.has(value)) value = fresh(kind, random)
    values.set(name, value)
    return value
  }
}

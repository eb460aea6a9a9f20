// What serving costs: requests to machines, machines to dollars. Arithmetic only; every figure is one formula.

const MINUTES_PER_DAY = 1440
const HOURS_PER_YEAR = 8760
const DAYS_PER_YEAR = 365

export interface Traffic {
  readonly requestsPerDay: number
  /** Busiest minute over the mean minute; 1 means an even load. */
  readonly peakFactor: number
  /** Dollars an hour of one machine. */
  readonly pricePerHour: number
}

export interface ServingCost {
  /** Requests in the mean minute and in the busiest one. */
  readonly meanPerMinute: number
  readonly peakPerMinute: number
  /** Machines that the busiest minute needs, at least one. */
  readonly machines: number
  readonly dollarsPerYear: number
  readonly dollarsPerMillion: number
  readonly dollarsPerThousand: number
  /** Share of the machines' capacity that the mean load uses. */
  readonly utilization: number
}

/** Requests a minute of a machine that answers one request at a time. */
export function perMinute(millisecondsPerRequest: number): number {
  return 60_000 / millisecondsPerRequest
}

/**
 * Machines that run all the time, enough for the busiest minute.
 * @param capacity requests a minute of one machine
 */
export function servingCost(traffic: Traffic, capacity: number): ServingCost {
  const meanPerMinute = traffic.requestsPerDay / MINUTES_PER_DAY
  const peakPerMinute = meanPerMinute * traffic.peakFactor
  const machines = Math.max(1, Math.ceil(peakPerMinute / capacity))
  const dollarsPerYear = yearOf(machines, traffic.pricePerHour)
  const dollarsPerRequest = dollarsPerYear / (traffic.requestsPerDay * DAYS_PER_YEAR)
  return {
    meanPerMinute,
    peakPerMinute,
    machines,
    dollarsPerYear,
    dollarsPerMillion: dollarsPerRequest * 1e6,
    dollarsPerThousand: dollarsPerRequest * 1e3,
    utilization: meanPerMinute / (machines * capacity),
  }
}

/** Dollars of machines that run for a year. */
export function yearOf(machines: number, pricePerHour: number): number {
  return machines * pricePerHour * HOURS_PER_YEAR
}

/** What a user says of the load; requests a minute of a machine are measured here unless typed for a server. */
export interface CostSettings extends Omit<Traffic, 'pricePerHour'> {
  readonly capacities: { readonly teacher?: number; readonly student?: number }
}

/** Busy services see about three times their mean load in the busiest minutes. */
export const DEFAULT_COST: CostSettings = { requestsPerDay: 100_000, peakFactor: 3, capacities: {} }

/** The price of a machine as every control offers it; its words are the catalogue's. */
export const PRICE_RANGE = {
  key: 'price',
  kind: 'number',
  default: 2.5,
  min: 0.01,
  max: 10_000,
  step: 0.1,
} as const

/** The load, price and throughputs that a known article reckons with. */
export const ARTICLE = {
  pricePerHour: 2.5,
  settings: { requestsPerDay: 100_000, peakFactor: 1, capacities: { teacher: 10, student: 100 } },
} as const

// f64 references of ReLU and tanh and of their slopes as functions of the input.

export const reluReference = (x: number): number => Math.max(x, 0)
export const reluSlope = (x: number): number => (x > 0 ? 1 : 0)
export const tanhReference = (x: number): number => Math.tanh(x)
export const tanhSlope = (x: number): number => 1 / Math.cosh(x) ** 2

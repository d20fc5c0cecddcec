/**
 * How many times longer than on a quiet machine tests wait before they give up. `npm test` sets it from the load and
 * the nice level it finds; CHAPPE_TEST_PATIENCE says it by hand. No test asserts a time: this only bounds a hang.
 */
export const patience: number = Math.max(1, Number(process.env.CHAPPE_TEST_PATIENCE) || 1);

/** A limit in milliseconds of a quiet machine, as it is on this one. */
export function patient(quietMs: number): number {
  return quietMs * patience;
}

import type { Random } from '../clock.ts';
import type { Guard } from '../guard.ts';

/** Numbers of the user's own source. Where it fails, nothing that they are for (jitter, a reference) is worth an end. */
export function guardedRandom(random: Random, guard: Guard): Random {
  return () => {
    let number = Number.NaN;
    guard.run(() => (number = random()), 'random');
    return number >= 0 && number < 1 ? number : Math.random();
  };
}

import type { Random } from './clock.ts';
import type { Guard } from './guard.ts';

/** Numbers of the user's own source. Where it fails, nothing that they are for (jitter, a reference) is worth an end. */
export function guardedRandom(random: Random, guard: Guard): Random {
  return () => {
    const number = guard.ask(random, 'random');
    return number !== undefined && number >= 0 && number < 1 ? number : Math.random();
  };
}

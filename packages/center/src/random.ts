/** Random numbers that nobody can work out from those that were seen: ids of messages are made of them. */
import { getRandomValues } from 'node:crypto';
import type { Random } from './clock.ts';

// A number takes two; a call of the generator for each would cost more than all else that is done with it.
const pool = new Uint32Array(1_024);
let next = pool.length;

/** 0 to 1, exclusive, 53 bits, from the generator for keys. */
export const systemRandom: Random = () => {
  if (next === pool.length) {
    getRandomValues(pool);
    next = 0;
  }
  const high = (pool[next] as number) >>> 5;
  const low = (pool[next + 1] as number) >>> 6;
  next += 2;
  return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
};

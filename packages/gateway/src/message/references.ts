/** References that tie the segments of a long message together. */
import type { Random } from '@chappe/smpp';

// One octet (3GPP 23.040 9.2.3.24.1).
const references = 256;

/** Counts round and round, from anywhere, so that those of a run before are not met again at once. */
export function referenceCounter(random: Random): () => number {
  let last = Math.floor(random() * references);
  return () => {
    last = (last + 1) % references;
    return last;
  };
}

/** "Did you mean": the word that was probably meant. */

/** Letters to add, drop, change or swap from one word to the other. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = isSwap ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change, swap));
    }
    before = row;
    row = next;
  }
  return row[to.length]!;
}

/** Names farther apart are different words. */
const SLIPS_MAX = 2;
/** The work grows with the square of the length; no name of ours is longer. */
const LETTERS_MAX = 64;

/** The nearest of the words, if one is near; capitals do not count. Words of more than 64 letters are near to none. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length > LETTERS_MAX) return undefined;
  let best: string | undefined;
  let fewest = SLIPS_MAX + 1;
  for (const candidate of words) {
    if (Math.abs(candidate.length - word.length) > SLIPS_MAX) continue;
    const slips = distance(word.toLowerCase(), candidate.toLowerCase());
    // Of a short word, two other letters make another word.
    if (slips < fewest && slips < candidate.length) {
      best = candidate;
      fewest = slips;
    }
  }
  return best;
}

/** "Did you mean": the nearest word to a mistyped one. */

/** Insertions, deletions, replacements and swaps that turn one word into the other. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          row[j]! + 1,
          next[j - 1]! + 1,
          row[j - 1]! + (isSame ? 0 : 1),
          isSwap ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

// Further away, a suggestion is a guess.
const maxDistance = 2;

/** The nearest of the words, if one is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const candidate of words) {
    const apart = distance(word, candidate);
    if (apart <= maxDistance && apart < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { word: candidate, distance: apart };
    }
  }
  return best?.word;
}

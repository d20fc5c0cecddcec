/** A line of a message's timeline, found without reading the whole: `epochMs step key=value...`. */

/** The last line of that step; undefined: it was never made. What other lines say of the word does not count. */
export function lastLine(timeline: string, step: string): string | undefined {
  const word = ` ${step}`;
  for (let at = timeline.lastIndexOf(word); at > 0; at = timeline.lastIndexOf(word, at - 1)) {
    const start = timeline.lastIndexOf('\n', at - 1) + 1;
    const after = timeline[at + word.length];
    const isWhole = after === undefined || after === ' ' || after === '\n';
    if (!isWhole || timeline.slice(start, at).includes(' ')) continue;
    const end = timeline.indexOf('\n', at);
    return timeline.slice(start, end < 0 ? undefined : end);
  }
  return undefined;
}

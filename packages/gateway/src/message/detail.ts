/** What the timeline of a message from a handset says about its way in, written and read back: `key=value` pairs. */

/** A name as one word: pairs are separated by spaces. */
export function wordOf(name: string): string {
  return name.includes(' ') ? name.replaceAll(' ', '_') : name;
}

/** The value of a key in the first line of a timeline, which is never dropped; undefined when it is not there. */
export function firstLineValue(timeline: string, key: string): string | undefined {
  const newline = timeline.indexOf('\n');
  const line = newline < 0 ? timeline : timeline.slice(0, newline);
  const at = line.indexOf(` ${key}=`);
  if (at < 0) return undefined;
  const from = at + key.length + 2;
  const space = line.indexOf(' ', from);
  return line.slice(from, space < 0 ? line.length : space);
}

// A line of a timeline has 240 characters; a list that is longer ends in `...`.
const maxListCharacters = 80;

/** Ascending numbers as `2-5,7`. A list that would be too long ends in `...`. */
export function rangesOf(numbers: readonly number[]): string {
  let list = '';
  for (let at = 0; at < numbers.length; at += 1) {
    const first = numbers[at] as number;
    while (numbers[at + 1] === (numbers[at] as number) + 1) at += 1;
    const last = numbers[at] as number;
    if (list.length > maxListCharacters) return `${list}...`;
    list += `${list === '' ? '' : ','}${first === last ? first : `${first}-${last}`}`;
  }
  return list;
}

/** The numbers of `rangesOf`; those behind `...` are not known any more. */
export function numbersOf(ranges: string): number[] {
  const numbers: number[] = [];
  const whole = ranges.endsWith('...') ? ranges.slice(0, -3) : ranges;
  for (const range of whole.split(',')) {
    const [first = '', last = first] = range.split('-');
    const to = Number.parseInt(last, 10);
    // 255 parts at most (3GPP 23.040 9.2.3.24.1): whatever stands there, the list stays short.
    for (let number = Number.parseInt(first, 10); number <= to && numbers.length < 255; number += 1) {
      numbers.push(number);
    }
  }
  return numbers;
}

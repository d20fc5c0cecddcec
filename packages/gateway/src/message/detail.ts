/** What the timeline of a message from a handset says about its way in: `key=value` pairs. */

/** A name as one word: pairs are separated by spaces. */
export function wordOf(name: string): string {
  return name.includes(' ') ? name.replaceAll(' ', '_') : name;
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

/** Kannel's configuration as it is written: groups of `key = value`, parted by empty lines. */

/** One value and its line. */
export interface GroupValue {
  readonly text: string;
  readonly line: number;
}

/** A group. What it does not ask for is left over, and is told of. */
export class KannelGroup {
  readonly name: string;
  readonly line: number;
  readonly #values: Map<string, GroupValue> = new Map();
  readonly #taken: Set<string> = new Set();

  constructor(name: string, line: number) {
    this.name = name;
    this.line = line;
  }

  set(key: string, value: GroupValue): void {
    this.#values.set(key, value);
  }

  /** A value, which counts as carried over then. */
  take(key: string): GroupValue | undefined {
    this.#taken.add(key);
    return this.#values.get(key);
  }

  /** Its text. */
  text(key: string): string | undefined {
    return this.take(key)?.text;
  }

  /** As Kannel reads yes and no. */
  flag(key: string, fallback: boolean): boolean {
    const text = this.text(key)?.toLowerCase();
    if (text === undefined) return fallback;
    return !['no', 'false', '0', 'off'].includes(text);
  }

  /** Keys that nobody took, in their order. */
  rest(): readonly (readonly [string, GroupValue])[] {
    return [...this.#values].filter(([key]) => !this.#taken.has(key));
  }
}

/** What was read, and lines that are none of it. */
export interface KannelGroups {
  readonly groups: readonly KannelGroup[];
  readonly unread: readonly GroupValue[];
}

/** Reads a file. */
export function readGroups(file: string): KannelGroups {
  const groups: KannelGroup[] = [];
  const unread: GroupValue[] = [];
  let group: KannelGroup | undefined;
  for (const { text, line } of logicalLines(file)) {
    if (text === '') {
      group = undefined;
      continue;
    }
    if (text.startsWith('#')) continue;
    const [, key = '', written = ''] = /^([\w-]+)\s*=\s*(.*)$/.exec(text) ?? [];
    const value = { text: unquoted(written), line };
    if (key === 'group') {
      group = new KannelGroup(value.text, line);
      groups.push(group);
    } else if (key === '' || key === 'include' || group === undefined) unread.push({ text: key, line });
    else group.set(key, value);
  }
  return { groups, unread };
}

/** A backslash at the end of a line goes on in the next one. */
function logicalLines(file: string): GroupValue[] {
  const found: GroupValue[] = [];
  let begun: GroupValue | undefined;
  for (const [index, raw] of file.split(/\r?\n/).entries()) {
    const text = `${begun?.text ?? ''}${raw.trim()}`;
    const line = begun?.line ?? index + 1;
    begun = text.endsWith('\\') && !text.startsWith('#') ? { text: text.slice(0, -1), line } : undefined;
    if (begun === undefined) found.push({ text, line });
  }
  if (begun !== undefined) found.push(begun);
  return found;
}

function unquoted(text: string): string {
  const inside = /^"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return inside === undefined ? text : inside.replaceAll(/\\(.)/g, '$1');
}

/** A terminal that remembers what was said, for parts that need no process. */
import type { Terminal } from '../../src/terminal.ts';

/** What it remembers. */
export interface FakeTerminal extends Terminal {
  readonly said: { readonly out: string[]; readonly talk: string[] };
}

/** One of so many columns; `input` is what is typed. */
export function fakeTerminal(more: Partial<Terminal> = {}): FakeTerminal {
  const said = { out: [] as string[], talk: [] as string[] };
  return {
    said,
    out: (text) => void said.out.push(text),
    talk: (text) => void said.talk.push(text),
    drained: async () => undefined,
    readInput: async function* () {},
    isOutTty: false,
    isTalkTty: false,
    isInputTty: false,
    columns: 120,
    style: (_, text) => text,
    env: {},
    ...more,
  };
}

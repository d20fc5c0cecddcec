/** How a message from a handset came in, as one column: a line each. Names and ids hold no line ends. */
import type { Origin } from '@chappe/center';

/** The column. */
export function originText({ connector, group, pieces }: Origin): string {
  if (pieces === undefined) return `${connector}\n${group}`;
  const { first, came, total, missing } = pieces;
  return `${connector}\n${group}\n${first}\n${came}\n${total}\n${missing.join(' ')}`;
}

/** What the column says; undefined: nothing. */
export function originOf(text: string | null): Origin | undefined {
  if (text === null) return undefined;
  const [connector = '', group = connector, first, came, total, missing = ''] = text.split('\n');
  if (first === undefined) return { connector, group, pieces: undefined };
  const numbers = missing === '' ? [] : missing.split(' ').map(Number);
  return { connector, group, pieces: { first, came: Number(came), total: Number(total), missing: numbers } };
}

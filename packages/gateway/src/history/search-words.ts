/** Words that a timeline tells, by what a person asks for. */
import type { TimelineWord } from '@chappe/center';
import { idRelations, status } from '@chappe/protocol';
import { candidatesOf } from '../message/id-candidates.ts';

/** An id of an operator, as its response or its receipt writes it. */
export function referenceWords(id: string): readonly TimelineWord[] {
  const references = candidatesOf([id], idRelations).map(({ upstreamId }) => `reference=${upstreamId}`);
  return [...new Set([...references, `reference=${id}`, `id=${id}`])].map((word) => ({ word }));
}

/** An error: a number, a command_status by its number or name, or the word of an operator's receipt. */
export function errorWords(value: string): readonly TimelineWord[] {
  const named = (status as Readonly<Record<string, number>>)[value.toUpperCase()];
  const number = named ?? (/^(\d{1,10}|0x[0-9a-f]{1,8})$/i.test(value) ? Number(value) : undefined);
  const words = [`err=${value}`];
  if (number !== undefined) words.push(`error=${number}`, `0x${number.toString(16).padStart(8, '0')}`);
  if (named !== undefined) words.push(value.toUpperCase());
  return words.map((word) => ({ word }));
}

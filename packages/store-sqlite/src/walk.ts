/** Searches in SQL: a walk through a file along one of its indexes, newest first. */

import type { MessageKind, SearchQuery, TimelineWord } from '@chappe/center';
import { messageStates, parsePublicId } from '@chappe/center';
import { columns, textSql } from './schema.ts';

/** Rows looked at between two looks at the clock. */
export const CHUNK = 2_000;
const all = columns.join(', ');
const kinds: readonly MessageKind[] = ['mt', 'mo', 'receipt', 'notice'];

/** How a search walks through a file: along one index, in chunks, newest first. */
export interface Walk {
  readonly boundsSql: string;
  readonly chunkSql: string;
  readonly values: readonly string[];
  readonly filterValues: readonly (string | number)[];
}

/** The ways of a query. */
export interface Walks {
  /** Through any file. */
  readonly plain: Walk;
  /** Through one part of a file that has `address`; its first value is the part. Undefined: it is of no use. */
  readonly byPart: Walk | undefined;
}

/** How that query walks. */
export function walksOf(query: SearchQuery): Walks {
  const { account, destination, prefix = false } = query;
  const isNotes = query.kinds?.some((kind) => kind === 'receipt' || kind === 'notice') === true;
  const table = isNotes ? '(SELECT * FROM msg UNION ALL SELECT * FROM note)' : 'msg';
  // An exact destination or account has an index that ends in the id; everything else walks the ids themselves.
  const along: [string, string][] = [];
  if (!prefix && !isNotes && destination !== undefined) along.push(['destination', destination]);
  else if (!prefix && !isNotes && account !== undefined) along.push(['account', account]);
  const isTo = along[0]?.[0] === 'destination';
  const { terms, values: filterValues } = filtersOf(query);
  const span = ['id < ?', 'id >= ?'];
  const where = [...along.map(([column]) => `${column} = ?`), ...span].join(' AND ');
  const inPart = ['part = ?', 'destination = ?', ...span].join(' AND ');
  const values = along.map(([, value]) => value);
  const way = (from: string, bounds: string, chunk: string): Walk => ({
    boundsSql: `SELECT min(id), count(*) FROM (SELECT id FROM ${from} WHERE ${bounds} ORDER BY id DESC LIMIT ${CHUNK})`,
    chunkSql: `SELECT ${all} FROM ${table} WHERE ${[chunk, ...terms].join(' AND ')} ORDER BY id DESC LIMIT ?`,
    values,
    filterValues,
  });
  return {
    plain: way(table, where, where),
    byPart: isTo ? way('address', inPart, `id IN (SELECT id FROM address WHERE ${inPart})`) : undefined,
  };
}

function filtersOf(query: SearchQuery): { terms: string[]; values: (string | number)[] } {
  const terms: string[] = [];
  const values: (string | number)[] = [];
  const like = (column: string, value: string | undefined): void => {
    if (value === undefined) return;
    terms.push(query.prefix === true ? `substr(${column}, 1, length(?)) = ?` : `${column} = ?`);
    values.push(...(query.prefix === true ? [value, value] : [value]));
  };
  like('account', query.account);
  like('source', query.source);
  like('destination', query.destination);
  const wanted = query.kinds ?? ['mt', 'mo'];
  terms.push(`(flags & 3) IN (${wanted.map((kind) => kinds.indexOf(kind)).join(', ')})`);
  if (query.states !== undefined) {
    terms.push(`state IN (${query.states.map((state) => messageStates.indexOf(state)).join(', ')})`);
  }
  if (query.text !== undefined) {
    terms.push(likeSql);
    values.push(likePattern(query.text));
  }
  for (const words of query.inTimeline ?? []) terms.push(`(${timelineSql(words, values)})`);
  if (query.any !== undefined) {
    const { text, inTimeline, publicId } = query.any;
    values.push(likePattern(text));
    const others = inTimeline.length === 0 ? '' : ` OR ${timelineSql(inTimeline, values)}`;
    const parsed = parsePublicId(publicId);
    const id = parsed === undefined || parsed.form === 'short' ? -1 : parsed.id;
    values.push(id);
    terms.push(`(${likeSql}${others} OR id = ?)`);
  }
  if (query.clientReference !== undefined) {
    terms.push('client = ?');
    values.push(query.clientReference);
  }
  return { terms, values };
}

const likeSql = `${textSql} LIKE ? ESCAPE '\\'`;

function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/** One of these words stands in the timeline; what they are is added to `values`. */
function timelineSql(words: readonly TimelineWord[], values: (string | number)[]): string {
  return words
    .map(({ word, isBeginning = false }) => {
      if (isBeginning) values.push(` ${word}`);
      else values.push(` ${word} `, ` ${word}\n`);
      return isBeginning ? 'instr(timeline, ?) > 0' : '(instr(timeline, ?) > 0 OR instr(timeline, ?) > 0)';
    })
    .join(' OR ');
}

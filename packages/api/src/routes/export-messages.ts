/** All messages that fulfil the conditions of a search, as one stream of lines. */
import { type Gateway, parseSearch } from '@chappe/gateway';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { streamLines } from '../line-stream.ts';
import { headLine, itemLine, type LineFormat, lineFormatTypes } from '../lines-format.ts';
import { columnsOf, messageColumns } from '../message-columns.ts';
import { filterParameters, ownFilter, searchText } from '../message-filter.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { shownTo } from '../schemas/message.ts';

// What is in memory of an export: a page of the store, and of its lines what a socket takes at a few times.
const pageMessages = 250;
const pieceCharacters = 256 * 1024;
const maxColumnsCharacters = 500;
const dayMs = 86_400_000;

const query = z.strictObject({
  ...filterParameters,
  format: z.enum(['csv', 'jsonl']).optional().describe('csv (default) or jsonl, one JSON object a line'),
  columns: z
    .string()
    .min(1)
    .max(maxColumnsCharacters)
    .optional()
    .describe('Names with commas between them, in the order that is wanted; default all'),
  raw: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: cells of CSV that a spreadsheet would take for a formula get no apostrophe in front'),
});

/** Messages as a file. */
export function exportMessages({ gateway, clock }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/messages/export',
    operationId: 'exportMessages',
    tag: 'messages',
    access: 'read',
    isForAccounts: true,
    summary: 'Messages of a search as CSV or JSON Lines',
    description:
      'All messages that the same conditions find by GET /api/v1/messages, newest first, each once whatever number of ' +
      `segments it has, with whole texts: ${messageColumns.join(', ')}. Read while it is written, whatever its length; a ` +
      'connection that is cut before its end has not told all.',
    query,
    answers: {
      200: {
        description: 'The messages',
        type: 'text/csv',
        otherTypes: ['application/jsonl'],
        // With columns=id,to,state.
        examples: {
          'text/csv': 'id,to,state\r\n00dfa69f9f40002576a01d,447700900123,delivered\r\n',
          'application/jsonl': '{"id":"00dfa69f9f40002576a01d","to":"447700900123","state":"delivered"}\n',
        },
      },
    },
    takesTurns: true,
    problems: ['store_failed', 'stopping'],
    handle: async ({ query: asked, caller, signal, isStillAllowed }) => {
      const { format = 'csv', columns: list, raw, ...filter } = asked;
      const columns = columnsOf(list);
      const nowMs = clock.nowMs();
      const text = searchText(ownFilter(filter, caller), nowMs, caller);
      const { afterMs, beforeMs } = parseSearch(text, nowMs);
      const options = { format, isRaw: raw === 'true' };
      const pieces = piecesOf(gateway, text, {
        lineOf: (view) => itemLine(columns, shownTo(caller, view), options),
        check: () => {
          signal.throwIfAborted();
          if (!isStillAllowed()) throw new Problem('forbidden', 'this key may not read messages any more');
          checkDays(gateway, afterMs, beforeMs);
        },
      });
      const body = await streamLines({ head: headLine(columns, format), pieces, signal });
      const headers = { 'content-disposition': `attachment; filename="${fileName(nowMs, format)}"` };
      return { status: 200, body, headers, type: lineFormatTypes[format] };
    },
  });
}

type View = Parameters<Parameters<Gateway['messages']['walk']>[2]>[0];

interface Pieces {
  readonly lineOf: (view: View) => string;
  /** Throws when the export must not go on. */
  readonly check: () => void;
}

async function* piecesOf(gateway: Gateway, text: string, { lineOf, check }: Pieces): AsyncGenerator<string> {
  const walk = gateway.messages.walkOf(text);
  let cursor: string | undefined;
  do {
    check();
    let piece = '';
    cursor = await walk({ limit: pageMessages, cursor }, (view) => {
      const line = lineOf(view);
      if (piece !== '' && piece.length + line.length > pieceCharacters) return false;
      piece += line;
      return true;
    });
    yield piece;
  } while (cursor !== undefined);
  // A day may have been set aside while it was read.
  check();
}

/** An export without a day of its span would look complete. */
function checkDays({ center }: Gateway, afterMs = 0, beforeMs = Number.POSITIVE_INFINITY): void {
  const missing = center.files.aside
    .map(({ day }) => day)
    .filter((day) => Date.parse(day) < beforeMs && Date.parse(day) + dayMs > afterMs);
  if (missing.length === 0) return;
  const text = `the file of ${missing.join(', ')} is damaged and set aside: its messages cannot be exported`;
  throw new Problem('store_failed', text, {
    hint: 'export what was before and what came after, with before and after; or bring the day back from a backup',
  });
}

/** Without colons, which not every file system takes. */
function fileName(nowMs: number, format: LineFormat): string {
  const time = new Date(nowMs).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length).replaceAll(':', '');
  return `messages-${time}Z.${format}`;
}

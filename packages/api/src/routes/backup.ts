/** A copy of all that is durable, made while the server runs. */
import { isAbsolute } from 'node:path';
import { CenterError } from '@chappe/center';
import { z } from 'zod';
import type { BackupState, Backups } from '../backups.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';

const maxPath = 4_096;

const requestBody = z
  .strictObject({
    folder: z
      .string()
      .max(maxPath)
      .refine((text) => isAbsolute(text) && !text.includes('\0'), {
        error: 'must be a whole path, as "/var/backups/chappe-1"',
      })
      .describe('On the disk of the server: new or empty, and not in the data folder'),
  })
  .describe('A backup');

const stateBody = z.object({
  state: z.enum(['running', 'done', 'failed']),
  folder: z.string(),
  moment: z.string().describe('As of when it is'),
  why: z.string().nullable().describe('Why it failed'),
  files: z.int().nullable().describe('This and what follows: null until it is done'),
  octets: z.int().nullable(),
  messages: z.int().nullable(),
  unfinished: z.int().nullable().describe('Messages, receipts and notices that were not over'),
  accounts: z.int().nullable().describe('Accounts whose messages cost something'),
  entries: z.int().nullable().describe('Entries made at run time, credits, opt-outs and the like'),
  daysAside: z.array(z.string()).nullable().describe('Days whose file was damaged, and is in it as it is'),
});

function shown(state: BackupState): z.infer<typeof stateBody> {
  const isDone = state.state === 'done';
  const momentMs = isDone ? state.backup.momentMs : state.momentMs;
  const { files, octets, messages, unfinished, accounts, entries, aside } = isDone ? state.backup : nothing;
  return {
    state: state.state,
    folder: isDone ? state.backup.folder : state.folder,
    moment: new Date(momentMs).toISOString(),
    why: state.state === 'failed' ? state.why : null,
    files,
    octets,
    messages,
    unfinished,
    accounts,
    entries,
    daysAside: aside === null ? null : [...aside],
  };
}

const nothing = {
  files: null,
  octets: null,
  messages: null,
  unfinished: null,
  accounts: null,
  entries: null,
  aside: null,
} as const;

/** Begins a backup; answered when its moment is fixed. */
export function postBackup({ backups }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/backup',
    operationId: 'makeBackup',
    tag: 'operation',
    summary: 'Make a backup of all that is stored, as of one moment',
    description:
      'Answered when the moment is fixed; the files are copied after that, while everything goes on. ' +
      'GET tells when it is done. One at a time.',
    body: requestBody,
    example: { folder: '/var/backups/chappe-2026-03-01' },
    answers: { 202: { description: 'The moment is fixed', schema: stateBody } },
    problems: ['conflict', 'store_failed', 'stopping'],
    handle: async ({ body: { folder } }) => {
      try {
        return { status: 202, body: shown(await keeping(backups).begin(folder)) };
      } catch (error) {
        throw problemOf(error);
      }
    },
  });
}

/** How far the last one is. */
export function getBackup({ backups }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/backup',
    operationId: 'getBackup',
    tag: 'operation',
    access: 'manage',
    summary: 'The backup that is being made, or was made last since the start',
    answers: { 200: { description: 'How far it is', schema: stateBody } },
    problems: ['not_found', 'conflict'],
    handle: () => {
      const { last } = keeping(backups);
      if (last === undefined)
        throw new Problem('not_found', 'no backup was made since the start', { hint: 'POST makes one' });
      return { status: 200, body: shown(last) };
    },
  });
}

function keeping(backups: Backups | undefined): Backups {
  if (backups !== undefined) return backups;
  throw new Problem('conflict', 'this server keeps nothing on a disk: there is nothing to make a backup of');
}

/** The admin alone asks, and has named the folder: what the store says of it is for him. */
function problemOf(error: unknown): unknown {
  if (!(error instanceof CenterError)) return error;
  const { code, message } = error;
  if (code === 'CHAPPE_STORE_BACKUP')
    return new Problem('conflict', message, { cause: error, field: 'folder' });
  if (code === 'CHAPPE_STORE_DISK_FULL' || code === 'CHAPPE_STORE_IO')
    return new Problem('store_failed', message, { cause: error, hint: 'the server itself goes on' });
  return error;
}

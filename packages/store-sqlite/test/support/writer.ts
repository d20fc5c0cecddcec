/** The thread that writes, in this one. */
import type { Change } from '@chappe/center';
import { ChangeEncoder } from '../../src/encode-changes.ts';
import type { Notice, WorkerRole } from '../../src/requests.ts';
import { Writer } from '../../src/writer.ts';

const encoder = new ChangeEncoder();

export function roleIn(path: string, options: Partial<WorkerRole> = {}): WorkerRole {
  const defaults = { checkpointPages: 8_000, maxFileBytes: 0, searchTimeoutMs: 2_000 };
  return { path, chappeStore: 'writer', ...defaults, ...options };
}

export function openWriter(
  path: string,
  options: Partial<WorkerRole> = {},
  tell?: (notice: Notice) => void,
): Writer {
  return new Writer(roleIn(path, options), tell);
}

/** Commits; with `isSettled` it is in the day files when it settles. */
export async function commit(writer: Writer, changes: readonly Change[], isSettled = true): Promise<void> {
  await writer.answer({ ask: 'commit', ...encoder.encode(changes) });
  if (isSettled) await writer.answer({ ask: 'settle', concern: 'all' });
}

import { nearest } from '@chappe/protocol';
import type { SessionCodec } from '../core/options.ts';
import { textSettings } from '../messages/checks.ts';
import type { BindDecision } from './options.ts';

const known: readonly string[] = ['accept', 'context', 'systemId', 'window', 'text', 'status'];

function refuse(reason: string): never {
  throw new TypeError(`authenticate ${reason}`);
}

/**
 * Checks what `authenticate` has decided: nobody may be let in by a mistake. Throws `TypeError` for what is no
 * decision. Whether `systemId` and `status` can be said is known when the answer is encoded.
 */
export function checkDecision(decision: unknown): asserts decision is BindDecision {
  if (typeof decision !== 'object' || decision === null) {
    refuse(`returned ${String(decision)}, not { accept: true } or { accept: false, status }`);
  }
  for (const key in decision) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    refuse(
      `returned an unknown field "${key}": ${meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`}`,
    );
  }
  const { accept, window, text } = decision as { readonly [field: string]: unknown };
  if (accept !== true && accept !== false) refuse('returned an `accept` that is neither true nor false');
  if (window !== undefined && !(Number.isSafeInteger(window) && (window as number) >= 1)) {
    refuse(`returned window ${String(window)}, not a whole number from 1`);
  }
  if (text !== undefined) textSettings(text, 'authenticate: text');
}

/** Throws `TypeError` for a name of the MC that no bind response can hold. */
export function checkSystemId(codec: SessionCodec, systemId: string | undefined): void {
  try {
    codec.encode({ command: 'bind_transceiver_resp', system_id: systemId });
  } catch (cause) {
    throw new TypeError(`systemId is sent in every bind response, and ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** When a message moves on to the next connector of its plan. */
import type { ErrorClass, MessageState } from '@chappe/center';
import type { FailoverSettings } from '@chappe/policy';

/** FailoverSettings with all defaults, ready to be asked. */
export interface CompiledFailover {
  readonly on: ReadonlySet<ErrorClass | 'rejected'>;
  readonly onReceipt: ReadonlySet<MessageState>;
  /** Infinity: never. */
  readonly receiptAfterMs: number;
  readonly queuedMs: number;
  readonly tries: number;
}

const usual: readonly (ErrorClass | 'rejected')[] = [
  'unreachable',
  'busy',
  'full',
  'system',
  'unknown',
  'rejected',
];

/** Fills in the defaults. */
export function compileFailover(settings: FailoverSettings = {}): CompiledFailover {
  return {
    on: new Set(settings.on ?? usual),
    onReceipt: new Set(settings.onReceipt ?? []),
    receiptAfterMs: settings.receiptAfterMs ?? Number.POSITIVE_INFINITY,
    queuedMs: settings.queuedMs ?? Number.POSITIVE_INFINITY,
    tries: settings.tries ?? Number.POSITIVE_INFINITY,
  };
}

/** That of a message whose route is not known any more. */
export const defaultFailover: CompiledFailover = compileFailover();

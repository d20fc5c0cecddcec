/** Which type of event a step of a message is. */
import type { Message, MessageState, Step } from '@chappe/center';
import type { EventTypeOf } from './event-types.ts';

/** Types of steps. */
export type StepType = EventTypeOf<'message' | 'receipt'>;

const endings = {
  deleted: 'message.failed',
  undeliverable: 'message.failed',
  unknown: 'message.failed',
  rejected: 'message.failed',
  skipped: 'message.failed',
  delivered: 'message.delivered',
  expired: 'message.expired',
  accepted: 'message.ended',
  sent: 'message.sent',
  retry: 'message.delayed',
  replaced: 'message.replaced',
} as const;

const ofMt: Readonly<Record<Step, StepType>> = {
  ...endings,
  scheduled: 'message.accepted',
  enroute: 'message.accepted',
};

const ofMo: Readonly<Record<Step, StepType>> = {
  ...endings,
  scheduled: 'message.received',
  enroute: 'message.received',
};

/** What never becomes of a receipt is left out. */
const ofReceipts: Readonly<Partial<Record<Step, StepType>>> = {
  scheduled: 'receipt.created',
  enroute: 'receipt.created',
  retry: 'receipt.delayed',
  delivered: 'receipt.delivered',
  expired: 'receipt.expired',
  deleted: 'receipt.failed',
  undeliverable: 'receipt.failed',
  unknown: 'receipt.failed',
  rejected: 'receipt.failed',
  skipped: 'receipt.failed',
};

/** The type under which a step of a message is told; undefined: it is told to nobody. */
export function stepType(kind: Message['kind'], step: Step): StepType | undefined {
  if (kind === 'mt') return ofMt[step];
  return kind === 'mo' ? ofMo[step] : ofReceipts[step];
}

/** What a receipt tells of its message: its end, or, in a notice, that there is none yet. */
export function toldType(state: MessageState): EventTypeOf<'message'> {
  return state === 'enroute' || state === 'scheduled' ? 'message.delayed' : endings[state];
}

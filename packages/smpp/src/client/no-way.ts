/** Why a request finds no way out, and a receipt none in. */
import type { Version } from '@chappe/protocol';
import { permissionsFor, vendorRule } from '../core/states.ts';
import { SmppError, SmppNotBoundError } from '../errors.ts';
import type { ReceiptWish } from '../messages/receipt-wish.ts';
import type { ClientOptions } from './options.ts';

/** What a client that is bound as receiver may not send; undefined for what it may. */
export function receiverRefusal(command: string, version: Version): SmppError | undefined {
  const rule = permissionsFor('esme', version, 'bound_rx').send[command] ?? vendorRule(command, 'bound_rx');
  if (rule.isAllowed) return undefined;
  const remedy = 'bind as transceiver, or as transmitter beside it';
  return new SmppError('CHAPPE_SMPP_STATE', `a receiver may not send ${command}: ${remedy}`);
}

/** No bind was there in time; `cause` is why. */
export function notBound(waitedMs: number, cause: SmppError | undefined): SmppNotBoundError {
  const why = cause === undefined ? '' : `: ${cause.message}`;
  return new SmppNotBoundError(`no bind to send on within ${waitedMs} ms${why}`, { cause });
}

/** Why no receipt of a message will come; undefined where one may. */
export function whyNoReceipt(
  wish: ReceiptWish | undefined,
  { operations }: Pick<ClientOptions, 'operations'>,
): string | undefined {
  if (wish === undefined || wish === 'none') return "no receipt was asked for: send it with receipt: 'final'";
  if (operations?.deliver_sm === undefined) return undefined;
  return 'receipts go to operations.deliver_sm: without it, they find their messages';
}

import { type Pdu, type RequestName, status, type TlvTable } from '@chappe/protocol';
import type { NoTlvs, ReceivedPdu } from '../core/vendor-tlvs.ts';
import { deniedStatus } from '../core/versions.ts';
import { SmppStatus } from '../errors.ts';
import { type ErrorListener, isThenable } from '../guard.ts';
import type { ResponseInput } from './responses.ts';
import type { Session } from './session.ts';

/** Requests that are answered by their user; binds, unbind and enquire_link are answered by the session. */
export type OperationName = Exclude<
  RequestName,
  'bind_receiver' | 'bind_transmitter' | 'bind_transceiver' | 'unbind' | 'enquire_link'
>;

/** What a handler returns when it will call `session.respond` itself, later: exactly once. */
export const DEFERRED: unique symbol = Symbol('deferred');

/** The answer to a request: the response, a promise of it (of any library), or `DEFERRED`. */
export type OperationResult<C extends OperationName = OperationName, T extends TlvTable = NoTlvs> =
  | ResponseInput<C, T>
  | PromiseLike<ResponseInput<C, T>>
  | typeof DEFERRED;

/**
 * Answers one kind of request. Throwing `SmppStatus` answers with that command_status; throwing anything else, or
 * answering with what is no response to the request, with ESME_RSYSERR, and `onError` hears of it. The PDU's octet
 * strings are views of the chunk they came in: copy what is kept for long. With a codec of `createCodec` its TLVs `T`
 * are among those of the PDU and of the answer; `S` is the session as its owner has it.
 */
export type Operation<C extends OperationName, T extends TlvTable = NoTlvs, S extends Session = Session> = (
  pdu: ReceivedPdu<C, T>,
  session: S,
) => OperationResult<C, T>;

/** Handlers by command. A request without handler is refused as a feature that we do not have. */
export type Operations<T extends TlvTable = NoTlvs, S extends Session = Session> = {
  readonly [C in OperationName]?: Operation<C, T, S> | undefined;
};

/** What a request is answered with whose handler threw: `SmppStatus` says it, anything else is a fault to be told. */
export function failureStatus(error: unknown, tell: (error: unknown) => void): number {
  if (!(error instanceof SmppStatus)) tell(error);
  return error instanceof SmppStatus && error.status !== 0 ? error.status : status.ESME_RSYSERR;
}

type AnyOperation = (pdu: Pdu, session: Session) => OperationResult;

/** Answers requests by their handlers. One per server or client, shared by its sessions. */
export class Answering {
  readonly #operations: { readonly [command: string]: AnyOperation | undefined };
  readonly #onError: ErrorListener;

  constructor(operations: Operations, onError: ErrorListener) {
    this.#operations = operations as { readonly [command: string]: AnyOperation | undefined };
    this.#onError = onError;
  }

  /** Sees that the request is answered exactly once, whatever its handler does. */
  answer(session: Session, pdu: Pdu): void {
    const operation = this.#operations[pdu.command];
    if (operation === undefined) {
      // SMPP 5.0 2.8.5: a feature that is not there; older peers are told that the command is invalid.
      session.respond(pdu, { command_status: deniedStatus(session.version) } as ResponseInput);
      return;
    }
    try {
      const result = operation(pdu, session);
      if (isThenable(result)) this.#await(session, pdu, result);
      else this.#respond(session, pdu, result);
    } catch (error) {
      this.#fail(session, pdu, error);
    }
  }

  #await(session: Session, pdu: Pdu, promise: PromiseLike<ResponseInput>): void {
    // By a promise of the language: what a library's promise does may be called twice, or throw.
    Promise.resolve(promise).then(
      (result) => this.#respond(session, pdu, result),
      (error: unknown) => this.#fail(session, pdu, error),
    );
  }

  #fail(session: Session, pdu: Pdu, error: unknown): void {
    const command_status = failureStatus(error, (why) => this.#onError(why, pdu.command));
    this.#respond(session, pdu, { command_status } as ResponseInput);
  }

  #respond(session: Session, pdu: Pdu, result: ResponseInput | typeof DEFERRED): void {
    if (result !== DEFERRED) session.respond(pdu, result);
  }
}

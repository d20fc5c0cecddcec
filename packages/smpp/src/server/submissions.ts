import { type IncompleteSet, readText, status } from '@chappe/protocol';
import { type Guard, isThenable } from '../guard.ts';
import { destinationOf, sourceOf } from '../messages/address.ts';
import { type Arrival, LongMessages, type Part, readPart, type Whole } from '../messages/long-messages.ts';
import { receiptWishOf } from '../messages/receipt-wish.ts';
import type { Sleeper } from '../session/deadlines.ts';
import type { SessionLoop } from '../session/loop.ts';
import { failureStatus } from '../session/operations.ts';
import type { ResponseInput } from '../session/responses.ts';
import type { MessageIds } from './message-ids.ts';
import type { ServerSession } from './server-session.ts';
import type {
  IncompleteSubmission,
  SubmissionSettings,
  SubmittedMessage,
  SubmittedPdu,
} from './submitted-message.ts';

/** What submissions work with. */
export interface SubmissionsOptions {
  readonly settings: SubmissionSettings;
  readonly loop: SessionLoop;
  readonly guard: Guard;
  readonly ids: MessageIds;
  readonly onMessage: (message: SubmittedMessage, session: ServerSession) => unknown;
  readonly onIncomplete: ((message: IncompleteSubmission) => unknown) | undefined;
}

/** The long messages of one system_id: nobody's segments push out those of others, or are joined with them. */
interface Account {
  readonly systemId: string;
  readonly long: LongMessages<SubmittedPdu>;
  /** As counted in the sum of all. */
  octets: number;
}

type Answer = (commandStatus: number) => void;

/** What makes an ESME try again. */
const LATER = status.ESME_RMSGQFUL;
/** Accounts that are remembered, with how their binds send segments, when nothing of theirs is under way. */
const ACCOUNTS_KEPT = 1_000;
/** Octets of all accounts together: beyond, the account that holds most gives up what is incomplete. */
const TOTAL_MAX_OCTETS = 64 * 1024 * 1024;
/** Accounts at once; the eldest gives up what is incomplete. Whoever lets everybody in has no other bound. */
const ACCOUNTS_MAX = 10_000;
const NEVER = Number.POSITIVE_INFINITY;

function respond(session: ServerSession, pdu: SubmittedPdu, id: string, commandStatus: number): void {
  const response = commandStatus === 0 ? { message_id: id } : { command_status: commandStatus };
  session.respond(pdu, response as ResponseInput);
}

/** Turns submit_sm and data_sm into whole messages, and answers each when its message has been dealt with. */
export class Submissions implements Sleeper {
  wakeAtMs: number = NEVER;
  readonly #options: SubmissionsOptions;
  readonly #accounts = new Map<string, Account>();
  #octets = 0;
  #isClosed = false;

  constructor(options: SubmissionsOptions) {
    this.#options = options;
  }

  /** Takes a request of an ESME; it is answered exactly once. */
  take(session: ServerSession, pdu: SubmittedPdu): void {
    const id = this.#options.ids.next(session);
    if (id === undefined) {
      respond(session, pdu, '', status.ESME_RSYSERR);
      return;
    }
    const part = this.#options.settings.reassemble === false ? undefined : readPart(pdu, id);
    if (part === undefined) this.#takeAlone(session, pdu, id);
    else this.#takePart(session, pdu, part);
  }

  /** No more will come: segments that wait for others are refused, or given out where they were acknowledged. */
  close(): void {
    this.#isClosed = true;
    for (const account of this.#accounts.values()) this.#giveUp(account);
    this.#options.loop.deadlines.disarm(this);
  }

  onWake(nowMs: number): void {
    let nextMs = NEVER;
    for (const account of this.#accounts.values()) {
      account.long.expire(nowMs, this.#tellOf(account));
      this.#count(account);
      nextMs = Math.min(nextMs, account.long.deadline());
    }
    this.#arm(nextMs);
  }

  #takeAlone(session: ServerSession, pdu: SubmittedPdu, id: string): void {
    this.#handle(session, [pdu], [id], (commandStatus) => respond(session, pdu, id, commandStatus));
  }

  #takePart(session: ServerSession, pdu: SubmittedPdu, part: Part<SubmittedPdu>): void {
    const account = this.#accountOf(session.systemId);
    const step = account.long.take({ session, pdu, atMs: this.#nowMs() }, part, this.#tellOf(account));
    if (step.kind === 'whole') this.#takeWhole(session, account, step.whole);
    else if (step.kind === 'alone') this.#takeAlone(session, pdu, part.id);
    else if (step.kind === 'full') respond(session, pdu, '', LATER);
    else if (step.kind === 'acknowledge') respond(session, pdu, step.part.id, status.ESME_ROK);
    this.#changed(account);
  }

  #takeWhole(session: ServerSession, account: Account, whole: Whole<SubmittedPdu>): void {
    const pdus = whole.parts.map(({ pdu }) => pdu);
    const ids = whole.parts.map(({ id }) => id);
    this.#handle(session, pdus, ids, (commandStatus) => {
      account.long.settle(whole, commandStatus, this.#nowMs());
      if (this.#isClosed) this.#giveUp(account);
      else this.#changed(account);
    });
  }

  /** Gives a message to its user, and answers it by what comes of that. */
  #handle(
    session: ServerSession,
    pdus: readonly SubmittedPdu[],
    ids: readonly string[],
    answer: Answer,
  ): void {
    const { settings, guard, onMessage } = this.#options;
    const defaultAlphabet = settings.defaultAlphabet ?? session.text.defaultAlphabet;
    const first = pdus[0]!;
    const wanted = pdus.find(({ registered_delivery }) => registered_delivery !== 0) ?? first;
    const fail = (error: unknown): void =>
      answer(failureStatus(error, (why) => guard.report(why, 'onMessage')));
    try {
      const result = onMessage(
        {
          from: sourceOf(first),
          to: destinationOf(first),
          ...readText(pdus, { defaultAlphabet }),
          receipt: receiptWishOf(wanted.registered_delivery),
          ids,
          pdus,
        },
        session,
      );
      // By a promise of the language: what a library's promise does may be called twice, or throw.
      if (isThenable(result))
        Promise.resolve(result)
          .then(checkResult)
          .then(() => answer(0), fail);
      else {
        checkResult(result);
        answer(0);
      }
    } catch (error) {
      fail(error);
    }
  }

  #accountOf(systemId: string): Account {
    const known = this.#accounts.get(systemId);
    if (known !== undefined) return known;
    if (this.#accounts.size >= ACCOUNTS_KEPT) this.#forget();
    const long = new LongMessages<SubmittedPdu>(this.#options.settings, {
      refusal: LATER,
      answer: ({ session, pdu }: Arrival<SubmittedPdu>, part, commandStatus) =>
        respond(session as ServerSession, pdu, part.id, commandStatus),
    });
    const account: Account = { systemId, long, octets: 0 };
    this.#accounts.set(systemId, account);
    return account;
  }

  #forget(): void {
    for (const [systemId, { octets }] of this.#accounts) if (octets === 0) this.#accounts.delete(systemId);
    const [eldest] = this.#accounts.values();
    if (this.#accounts.size >= ACCOUNTS_MAX && eldest !== undefined) this.#giveUp(eldest);
  }

  #tellOf({ systemId }: Account): (set: IncompleteSet<Part<SubmittedPdu>>) => void {
    const { guard, onIncomplete } = this.#options;
    return ({ reason, parts, missing, total }) => {
      const pdus = parts.map(({ pdu }) => pdu);
      const from = sourceOf(pdus[0]!);
      const to = destinationOf(pdus[0]!);
      const ids = parts.map(({ id }) => id);
      guard.run(
        () => onIncomplete?.({ systemId, from, to, reason, ids, pdus, missing, total }),
        'onIncomplete',
      );
    };
  }

  #giveUp(account: Account): void {
    account.long.expire(NEVER, this.#tellOf(account));
    this.#count(account);
  }

  #changed(account: Account): void {
    this.#count(account);
    if (this.#octets > TOTAL_MAX_OCTETS) this.#giveUp(this.#largest());
    this.#arm(account.long.deadline());
  }

  #count(account: Account): void {
    const { octets } = account.long;
    this.#octets += octets - account.octets;
    account.octets = octets;
  }

  #largest(): Account {
    return [...this.#accounts.values()].reduce((most, one) => (one.octets > most.octets ? one : most));
  }

  #nowMs(): number {
    return this.#options.loop.clock.monotonicMs();
  }

  #arm(atMs: number): void {
    if (!this.#isClosed && atMs !== NEVER) this.#options.loop.deadlines.arm(this, atMs);
  }
}

/** Whoever returns a response believes that it is sent. */
function checkResult(result: unknown): void {
  if (typeof result !== 'object' || result === null) return;
  if (!('message_id' in result || 'command_status' in result)) return;
  throw new TypeError(
    'onMessage returned a response: it returns nothing; the ids are message.ids (see nextMessageId), ' +
      'and what is thrown as SmppStatus refuses',
  );
}

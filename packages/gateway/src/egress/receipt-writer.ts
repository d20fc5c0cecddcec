/** The receipts that accounts get: in their account's form, and for a text in several segments by its account's policy. */
import {
  type Center,
  type Draft,
  type Message,
  type MessageState,
  receiptOnFailure,
  receiptOnSuccess,
} from '@chappe/center';
import type { AccountReceiptSettings, AccountSettings, Accounts } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import { callbackDrafts, takenDraft } from '../callbacks/drafts.ts';
import type { LaneBehaviours } from '../lanes/behaviour.ts';
import { receiptLane, webhookLane } from '../lanes/lanes.ts';
import { hasCallback, readGroupOf } from '../message/content.ts';
import type { OperatorReport } from '../message/operator-report.ts';
import { isFinal } from '../message/states.ts';
import type { ReceiptBacklog } from '../observation/receipt-backlog.ts';
import { type ReceiptOccasion, type ReceiptOptions, receiptDraft } from './receipt.ts';
import { type ReceiptFormat, ReceiptText } from './receipt-text.ts';
import { type End, endsToTell, SegmentEnds } from './segment-ends.ts';

/** What a writer works with. */
export interface ReceiptWriterOptions {
  readonly center: Center;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly backlog: ReceiptBacklog;
  /** Of lanes whose ends are particular about receipts. */
  readonly behaviours: LaneBehaviours;
  /** Of accounts that do not say. */
  readonly format: ReceiptFormat | undefined;
  readonly validityMs: number;
}

interface Style extends ReceiptOptions {
  readonly settings: AccountSettings | undefined;
  readonly longMessages: NonNullable<AccountReceiptSettings['longMessages']>;
}

/** Writes receipts. */
export class ReceiptWriter {
  readonly #options: ReceiptWriterOptions;
  readonly #common: Style;
  readonly #styles: Map<string, Style> = new Map();
  readonly #ends: SegmentEnds;

  constructor(options: ReceiptWriterOptions) {
    this.#options = options;
    const { format, validityMs, center } = options;
    const writer = new ReceiptText(format);
    this.#common = {
      writer,
      validityMs,
      settings: undefined,
      longMessages: 'aggregate',
      lane: undefined,
      tlvs: 'none',
    };
    this.#ends = new SegmentEnds(center);
  }

  /** The center's `beforeEnd`: the other segments of a text must be known before one of them ends. */
  beforeEnd(message: Message): Promise<void> | undefined {
    return readGroupOf(message.content)?.kind === 'segments' ? this.#ends.know(message) : undefined;
  }

  /** The center's `receipt`: what is stored together with a new state of a message. */
  draftsFor(
    message: Message,
    state: MessageState,
    error: number,
    report: OperatorReport | undefined,
  ): Draft | readonly Draft[] | undefined {
    const style = this.#styleOf(message.account);
    const nowMs = this.#options.clock.nowMs();
    const isEnd = isFinal(state);
    const here: End = { state, error, atMs: isEnd ? message.doneMs : nowMs, report };
    const end = isEnd ? this.#ends.ended(message, here, style.longMessages) : here;
    if (end === undefined || this.#isFull(message.account)) return undefined;
    const occasion: ReceiptOccasion = { ...end, dueMs: nowMs };
    if (hasCallback(message.content)) {
      const isSimulated = this.#options.behaviours.has(message.lane);
      return callbackDrafts(message, { ...end, isSimulated }, receiptDraft(message, occasion, style));
    }
    const special = this.#options.behaviours.get(message.lane)?.special(message.destination.digits);
    if (special === undefined) return receiptDraft(message, occasion, style);
    if (special.receipts === 0) return undefined;
    const receipt = receiptDraft(message, { ...occasion, dueMs: nowMs + special.receiptDelayMs }, style);
    return special.receipts === 1 ? receipt : new Array<Draft>(special.receipts).fill(receipt);
  }

  /** The center's `sentNotice`: who wants to be called hears that an upstream has the message. */
  sentNotice(message: Message): Draft | undefined {
    if (!hasCallback(message.content)) return undefined;
    return takenDraft(message, () => this.#notice(message, { error: 0, report: undefined }));
  }

  /** What an upstream said before the end, as a notice. */
  noticesFor(message: Message, end: Pick<End, 'error' | 'report'>): readonly Draft[] {
    const notice = this.#notice(message, end);
    if (!hasCallback(message.content)) return [notice];
    const atMs = this.#options.clock.nowMs();
    return callbackDrafts(message, { state: 'enroute', error: end.error, atMs, isSimulated: false }, notice);
  }

  #notice(message: Message, { error, report }: Pick<End, 'error' | 'report'>): Draft {
    const nowMs = this.#options.clock.nowMs();
    const occasion = { state: 'enroute' as const, error, atMs: nowMs, dueMs: nowMs, report };
    return receiptDraft(message, occasion, this.#styleOf(message.account));
  }

  /**
   * The receipts of a message that is over, once more, as far as its end is stored: the TLVs of an operator's receipt are
   * not. `pieces`: all of it. `isForced`: whether they were wanted or not. Numbers that are special about receipts are not
   * here: whoever asks wants one.
   */
  again(pieces: readonly Message[], isForced: boolean): readonly Draft[] {
    const style = this.#styleOf(pieces[0]?.account ?? '');
    const dueMs = this.#options.clock.nowMs();
    return endsToTell(pieces, style.longMessages)
      .filter(({ message, end }) => isForced || isWanted(message, end.state))
      .map(({ message, end }) => receiptDraft(message, { ...end, dueMs }, style));
  }

  /** How many receipts more may wait for an account. */
  roomFor(account: string): number {
    const limit = this.#styleOf(account).settings?.receipts?.limit;
    return limit === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, limit - this.#options.backlog.of(account));
  }

  /** Whether too many wait for an account already. */
  #isFull(account: string): boolean {
    if (this.roomFor(account) > 0) return false;
    this.#options.backlog.drop(account);
    return true;
  }

  #styleOf(name: string): Style {
    const account = this.#options.accounts.get(name);
    const known = this.#styles.get(name);
    if (known !== undefined && known.settings === account?.settings) return known;
    const receipts = account?.settings.receipts ?? (isSplit(account?.settings) ? {} : undefined);
    if (receipts === undefined) return this.#common;
    const style = styleFrom(account?.settings, receipts, this.#options);
    this.#styles.set(name, style);
    return style;
  }
}

function isWanted({ receiptWanted }: Message, state: MessageState): boolean {
  return (receiptWanted & (state === 'delivered' ? receiptOnSuccess : receiptOnFailure)) !== 0;
}

function styleFrom(
  settings: AccountSettings | undefined,
  receipts: AccountReceiptSettings,
  { format, validityMs }: ReceiptWriterOptions,
): Style {
  const { timeZone, seconds, textLabel, quoteText } = receipts;
  return {
    writer: new ReceiptText({
      ...format,
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(textLabel === undefined ? {} : { textLabel }),
      ...(quoteText === undefined ? {} : { quoteText }),
    }),
    validityMs: receipts.validityMs ?? validityMs,
    settings,
    longMessages: receipts.longMessages ?? 'aggregate',
    lane: laneOf(settings),
    tlvs: receipts.tlvs,
  };
}

/** A webhook's lane, or one of its own where binds of one kind only get them. */
function laneOf(settings: AccountSettings | undefined): string | undefined {
  const webhook = settings?.receipts?.webhook;
  if (webhook !== undefined) return webhookLane(webhook);
  return settings !== undefined && isSplit(settings) ? receiptLane(settings.systemId) : undefined;
}

/** Whether receipts or messages of an account are for binds of one kind only. */
function isSplit(settings: AccountSettings | undefined): boolean {
  const kinds = [settings?.receipts?.binds, settings?.mo];
  return kinds.includes('receiver') || kinds.includes('transceiver');
}

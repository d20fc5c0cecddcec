/**
 * replace_if_present (SMPP 3.4 5.2.18): a submission takes the place of a message of the same account, addresses and
 * service type that nobody has yet. One after the other for each of these, so that several that come at once, and one
 * that comes behind an ordinary submission, end as one message all the same.
 */
import type { Core } from './core.ts';
import type { Intake } from './intake.ts';
import type { Draft, Message, MessageId } from './message.ts';
import type { Operations } from './operations.ts';

/** Whose place a draft takes. */
interface Place {
  /** The one that has its text now; undefined: it becomes a message of its own. */
  readonly message: Message | undefined;
  /** Those that go for it. */
  readonly superseded: readonly MessageId[];
}

const nowhere: Place = Object.freeze({ message: undefined, superseded: [] });

/** Submissions that may replace. */
export class Replacing {
  readonly #core: Core;
  readonly #intake: Intake;
  readonly #operations: Operations;
  readonly #store: (drafts: readonly Draft[]) => Promise<readonly Message[]>;
  /** The last submission under way, by what it may replace. */
  readonly #underWay: Map<string, Promise<unknown>> = new Map();

  /** `store`: how drafts are stored that replace nothing. */
  constructor(
    core: Core,
    intake: Intake,
    operations: Operations,
    store: (drafts: readonly Draft[]) => Promise<readonly Message[]>,
  ) {
    this.#core = core;
    this.#intake = intake;
    this.#operations = operations;
    this.#store = store;
  }

  /** Stores the drafts of one call, those that may replace in the place of what they find. */
  submit(drafts: readonly Draft[]): Promise<readonly Message[]> {
    const keys = new Set(drafts.filter(({ replaceIfPresent }) => replaceIfPresent === true).map(keyOf));
    const before = [...keys].map((key) => this.#underWay.get(key)).filter((one) => one !== undefined);
    const done = Promise.allSettled(before).then(() => this.#submit(drafts));
    for (const key of keys) this.#underWay.set(key, done);
    const forget = (): void => {
      for (const key of keys) if (this.#underWay.get(key) === done) this.#underWay.delete(key);
    };
    done.then(forget, forget);
    return done;
  }

  async #submit(drafts: readonly Draft[]): Promise<readonly Message[]> {
    const messages: (Message | undefined)[] = [];
    const superseded: MessageId[] = [];
    for (const draft of drafts) {
      const place = draft.replaceIfPresent === true ? await this.#place(draft, drafts) : nowhere;
      messages.push(place.message);
      superseded.push(...place.superseded);
    }
    const fresh = drafts.filter((_, at) => messages[at] === undefined);
    if (fresh.length > 0) {
      const stored = await this.#store(fresh.map((draft) => ({ ...draft, replaceIfPresent: false })));
      let next = 0;
      for (let at = 0; at < messages.length; at += 1) messages[at] ??= stored[next++];
    }
    // Behind the others: what was acknowledged does not go for one that is not stored.
    await Promise.all(superseded.map((id) => this.#operations.cancel({ id })));
    return messages.filter((message) => message !== undefined);
  }

  /** Whose place a draft takes: it has its text now, or goes when the draft is stored as a message of its own. */
  async #place(draft: Draft, drafts: readonly Draft[]): Promise<Place> {
    // What the account has submitted before is looked for on the disk: it has to be there.
    await this.#intake.stored(draft.account);
    const pieces = await this.#present(draft);
    const [present] = pieces;
    if (present === undefined) return nowhere;
    const { id } = present;
    const isPiece = drafts.some((other) => other.replaceIfPresent !== true && keyOf(other) === keyOf(draft));
    // Several cannot stand in the place of one, nor one in that of several; and what was counted and set aside for one
    // of fewer segments is too little.
    if (isPiece || pieces.length > 1 || (draft.segments ?? 1) > present.segments)
      return { message: undefined, superseded: pieces.map((piece) => piece.id) };
    const { content, text, dueMs, expiresMs, receiptWanted, priority, detail } = draft;
    // What is told must fit: a peer of 3.3 cannot be told an id of another length.
    const idForm = draft.idForm === 'short' ? draft.idForm : undefined;
    const changes = { content, text, dueMs, expiresMs, receiptWanted, priority, detail, idForm };
    if ((await this.#operations.replace({ id }, changes)) !== 'replaced') return nowhere;
    return { message: await this.#operations.find({ id }), superseded: [] };
  }

  /** The last submitted one alike that waits and is queued, with all pieces of its text; empty: there is none. */
  async #present(draft: Draft): Promise<readonly Message[]> {
    const { account, source, destination, serviceType = '' } = draft;
    const match = { account, source: source.digits, destination: destination.digits, serviceType };
    const alike = (await this.#operations.matching(match)).filter((id) => {
      const phase = this.#core.live.get(id)?.phase;
      return phase === undefined || phase === 'queued';
    });
    const [last] = alike;
    const present = last === undefined ? undefined : await this.#operations.find({ id: last });
    if (present === undefined) return [];
    const ids = this.#core.hooks.piecesOf(present);
    // Where a piece has left, the text is with somebody: the others follow it.
    if (ids?.every((id) => alike.includes(id)) !== true) return [];
    if (ids.length === 1) return (await this.#isOneOfSeveral(present)) ? [] : [present];
    const pieces = await Promise.all(ids.map((id) => this.#operations.find({ id })));
    return pieces.filter((piece) => piece !== undefined);
  }

  /** One of several that are one to their sender: a text of its own would make nonsense of the others. */
  async #isOneOfSeveral({ id, head }: Message): Promise<boolean> {
    return head !== id || (await this.#operations.find({ id: id + 1 }))?.head === id;
  }
}

function keyOf({ account, source, destination, serviceType = '' }: Draft): string {
  return `${account}\0${source.digits}\0${destination.digits}\0${serviceType}`;
}

/**
 * replace_if_present (SMPP 3.4 5.2.18): a submission takes the place of a message of the same account, addresses and
 * service type that nobody has yet. One after the other for each of these, so that several that come at once, and one
 * that comes behind an ordinary submission, end as one message all the same.
 */
import type { Core } from './core.ts';
import type { Intake } from './intake.ts';
import type { Draft, Message, MessageId } from './message.ts';
import type { Operations } from './operations.ts';

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
    for (const draft of drafts)
      messages.push(draft.replaceIfPresent === true ? await this.#replace(draft) : undefined);
    const fresh = drafts.filter((_, at) => messages[at] === undefined);
    if (fresh.length > 0) {
      const stored = await this.#store(fresh.map((draft) => ({ ...draft, replaceIfPresent: false })));
      let next = 0;
      for (let at = 0; at < messages.length; at += 1) messages[at] ??= stored[next++];
    }
    return messages.filter((message) => message !== undefined);
  }

  async #replace(draft: Draft): Promise<Message | undefined> {
    // What the account has submitted before is looked for on the disk: it has to be there.
    await this.#intake.stored(draft.account);
    const present = await this.#present(draft);
    if (present === undefined) return undefined;
    const { id } = present;
    if ((draft.segments ?? 1) > present.segments) {
      // What was counted and set aside for that is too little: this takes its place as a message of its own.
      await this.#operations.cancel({ id });
      return undefined;
    }
    const { content, text, dueMs, expiresMs, receiptWanted, priority, detail } = draft;
    // What is told must fit: a peer of 3.3 cannot be told an id of another length.
    const idForm = draft.idForm === 'short' ? draft.idForm : undefined;
    const changes = { content, text, dueMs, expiresMs, receiptWanted, priority, detail, idForm };
    if ((await this.#operations.replace({ id }, changes)) !== 'replaced') return undefined;
    return this.#operations.find({ id });
  }

  /** The last submitted one alike that waits, is queued, and is not one of several under one id. */
  async #present({ account, source, destination, serviceType = '' }: Draft): Promise<Message | undefined> {
    const match = { account, source: source.digits, destination: destination.digits, serviceType };
    for (const id of await this.#operations.matching(match)) {
      const phase = this.#core.live.get(id)?.phase;
      if (phase !== undefined && phase !== 'queued') continue;
      const present = await this.#operations.find({ id });
      // One of several that are one to their sender: a text of its own would make nonsense of the others.
      if (present === undefined || present.head !== id || (await this.#isFirstOfSeveral(id)))
        return undefined;
      return present;
    }
    return undefined;
  }

  async #isFirstOfSeveral(id: MessageId): Promise<boolean> {
    return (await this.#operations.find({ id: id + 1 }))?.head === id;
  }
}

function keyOf({ account, source, destination, serviceType = '' }: Draft): string {
  return `${account}\0${source.digits}\0${destination.digits}\0${serviceType}`;
}

/**
 * The registry of what rules for messages from handsets may do, and the actions that are always there.
 *
 * An action has three sides, each in the package that knows the matter: what its settings may say (here), how it is
 * written in the file (@chappe/config), and what is done with a message (@chappe/gateway). The latter two are this one and
 * more, so a package that brings an action of its own hands the same object, or one made of it, to both.
 */
import { nearest } from '@chappe/protocol';
import type {
  AccountsAction,
  DropAction,
  KeywordAction,
  MoAction,
  RefuseAction,
  WebhookAction,
} from '../settings/mo-route.ts';
import type { FlawSink } from './check-rules.ts';
import { listed, quoted } from './words.ts';

/** Names that actions may lead to. */
export interface MoTargets {
  /** Undefined: any may come. */
  readonly accounts: ReadonlySet<string> | undefined;
  readonly webhooks: ReadonlySet<string>;
}

/** What the settings of one kind of action may say. */
export interface MoActionKind<A extends MoAction = MoAction> {
  /** Small letters, digits and hyphens: it stands in settings that are kept, and in timelines. */
  readonly kind: A['kind'];
  /** Another action may come after it, in `then`. Default false: it is the last. */
  readonly leads?: boolean | undefined;
  /** Says what is wrong with its settings, but for `then`. Fields are named as seen from them: `accounts.0`. */
  check?(action: A, flaws: FlawSink, known: MoTargets): void;
  /** The accounts that a message may go to. Default none. */
  accountsOf?(action: A): readonly string[];
  /** What it does, in a few words for people: `webhook inbox`. Default its kind. */
  words?(action: A): string;
}

const kindPattern = /^[a-z][a-z0-9-]{0,31}$/;
// An opt-out, and what happens then: nobody needs more, and settings of the API may be nested without end.
const maxNesting = 4;

/** Actions by their kinds. `K`: with all that its user needs of them. */
export class MoActions<K extends MoActionKind = MoActionKind> {
  readonly #kinds: ReadonlyMap<string, K>;

  /** Throws a RangeError for a kind that is there twice, or is no name. */
  constructor(kinds: readonly K[]) {
    const byName = new Map<string, K>();
    for (const one of kinds) {
      const { kind } = one;
      if (!kindPattern.test(kind))
        throw new RangeError(`the action ${quoted(kind)}: its name must be of a-z, 0-9 and -`);
      if (byName.has(kind)) throw new RangeError(`there are two actions "${kind}": rename one of them`);
      byName.set(kind, one);
    }
    this.#kinds = byName;
  }

  /** In the order in which they were given. */
  list(): readonly K[] {
    return [...this.#kinds.values()];
  }

  /** The action of that kind; undefined when there is none. */
  get(kind: string): K | undefined {
    return this.#kinds.get(kind);
  }

  /** Says what is wrong with an action and those that come after it. `field`: where it stands. */
  check(action: MoAction, field: string, flaws: FlawSink, known: MoTargets): void {
    this.#check(action, field, flaws, known, 1);
  }

  /** The accounts that an action, and those that come after it, may lead to. */
  accountsOf(action: MoAction): readonly string[] {
    const own = this.get(action.kind)?.accountsOf?.(action) ?? [];
    return action.then === undefined ? own : [...own, ...this.accountsOf(action.then)];
  }

  /** What an action does, and what comes after it, in a few words for people: `opt-out, then acme`. */
  words(action: MoAction): string {
    const own = this.get(action.kind)?.words?.(action) ?? action.kind;
    return action.then === undefined ? own : `${own}, then ${this.words(action.then)}`;
  }

  #check(action: MoAction, field: string, flaws: FlawSink, known: MoTargets, nesting: number): void {
    const found = this.get(action.kind);
    if (found === undefined) {
      flaws.error(`${field}.kind`, this.#unknown(action.kind));
      return;
    }
    const within = (inner: string): string => `${field}.${inner}`;
    found.check?.(
      action,
      {
        error: (inner, message) => flaws.error(within(inner), message),
        warn: (inner, message) => flaws.warn(within(inner), message),
      },
      known,
    );
    if (action.then === undefined) return;
    const then = within('then');
    if (found.leads !== true) flaws.error(then, `nothing comes after ${quoted(action.kind)}`);
    else if (nesting === maxNesting) flaws.error(then, `actions stand ${maxNesting} deep at most`);
    else this.#check(action.then, then, flaws, known, nesting + 1);
  }

  #unknown(kind: string): string {
    const kinds = [...this.#kinds.keys()];
    const near = nearest(kind, kinds);
    const meant = near === undefined ? '' : ` (did you mean ${quoted(near)}?)`;
    return `there is no action ${quoted(kind)}${meant}: there are ${kinds.join(', ')}`;
  }
}

/** To accounts of customers. */
export const accountsKind: MoActionKind<AccountsAction> = {
  kind: 'accounts',
  check: ({ accounts }, flaws, known) => {
    if (accounts.length === 0) flaws.error('accounts', 'there are none: name an account');
    accounts.forEach((account, at) => {
      if (known.accounts === undefined || known.accounts.has(account)) return;
      flaws.error(`accounts.${at}`, `there is no account ${quoted(account)}`);
    });
  },
  accountsOf: ({ accounts }) => accounts,
  words: ({ accounts, spread }) => `${listed(accounts)}${accounts.length > 1 ? `, ${spread}` : ''}`,
};

/** To a webhook. */
export const webhookKind: MoActionKind<WebhookAction> = {
  kind: 'webhook',
  check: ({ webhook }, flaws, known) => {
    if (!known.webhooks.has(webhook)) flaws.error('webhook', `there is no webhook ${quoted(webhook)}`);
  },
  words: ({ webhook }) => `webhook ${webhook}`,
};

/** STOP. */
export const optOutKind: MoActionKind<KeywordAction> = { kind: 'opt-out', leads: true };

/** START. */
export const optInKind: MoActionKind<KeywordAction> = { kind: 'opt-in', leads: true };

/** Back to the operator. */
export const refuseKind: MoActionKind<RefuseAction> = {
  kind: 'refuse',
  check: ({ status }, flaws) => {
    if (status === 0) flaws.error('status', 'ESME_ROK refuses nothing');
  },
  words: ({ status }) => `rejected with 0x${status.toString(16)}`,
};

/** To nobody. */
export const dropKind: MoActionKind<DropAction> = { kind: 'drop', words: () => 'dropped' };

/** Those that are always there. */
export const builtInMoActions: MoActions = new MoActions<MoActionKind>([
  accountsKind,
  webhookKind,
  optOutKind,
  optInKind,
  refuseKind,
  dropKind,
]);

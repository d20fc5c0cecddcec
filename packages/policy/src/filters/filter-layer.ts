/**
 * The rules of one place (for all, of one route, of one connector), compiled once, with what they remember
 * and count.
 */
import { status } from '@chappe/protocol';
import type { MessageFacts } from '../facts.ts';
import type { AddressList } from '../lists/list-file.ts';
import { type NumberList, numberList } from '../lists/number-list.ts';
import type { DuplicateFilter, FilterSettings, TextFilter, UrlFilter } from '../settings/filters.ts';
import { DuplicateGuard, type Repeatable } from './duplicates.ts';
import { compileTextFilters, type TextRules } from './text-filter.ts';
import { compileUrlFilter, type UrlFinding, type UrlRules } from './url-filter.ts';

/**
 * What becomes of a message. `text`: what it says now, where it was changed. `status`: command_status to
 * refuse it with. `reason`: a code, then the setting that decided, as `text-refused filters.texts[2]`; never
 * a piece of the text.
 */
export type FilterVerdict =
  | { readonly kind: 'pass'; readonly text?: string }
  | { readonly kind: 'reject'; readonly status: number; readonly reason: string }
  | { readonly kind: 'drop'; readonly reason: string };

/** How often a rule decided or changed something. */
export interface RuleHits {
  /** The setting, as `filters.texts[2]`. */
  readonly rule: string;
  readonly hits: number;
}

/** The verdict on nearly all messages. */
export const passed: FilterVerdict = Object.freeze({ kind: 'pass' });

interface Rule {
  readonly place: string;
  readonly verdict: FilterVerdict;
  hits: number;
}

interface ListRule {
  readonly list: NumberList;
  readonly rule: Rule;
}

interface Texts {
  readonly compiled: TextRules;
  readonly rules: readonly Rule[];
  readonly tooLong: Rule;
}

interface Urls {
  readonly compiled: UrlRules;
  readonly rules: Readonly<Record<UrlFinding, Rule>>;
}

interface Duplicates {
  readonly guard: DuplicateGuard;
  readonly rule: Rule;
}

/**
 * The compiled rules of one FilterSettings. Lives as long as its settings: what it remembers goes with it.
 */
export class FilterLayer {
  /** Whether opt-outs count here; undefined: as the layer before says. */
  readonly optOut: boolean | undefined;
  readonly #rules: Rule[] = [];
  readonly #blockTo: ListRule | undefined;
  readonly #allowTo: ListRule | undefined;
  readonly #blockFrom: ListRule | undefined;
  readonly #texts: Texts | undefined;
  readonly #urls: Urls | undefined;
  readonly #duplicates: Duplicates | undefined;

  /**
   * Compiles the settings. `place`: where they stand, as `filters` or `routes[3].filters`. Throws a
   * RangeError that names entry and field.
   */
  constructor(settings: FilterSettings, place: string) {
    const { blockTo, allowTo, blockFrom, texts, urls, duplicates } = settings;
    const noDestination = status.ESME_RINVDSTADR;
    this.optOut = settings.optOut;
    this.#blockTo = this.#list(blockTo, `${place}.blockTo`, 'destination-blocked', noDestination);
    this.#allowTo = this.#list(allowTo, `${place}.allowTo`, 'destination-not-allowed', noDestination);
    this.#blockFrom = this.#list(blockFrom, `${place}.blockFrom`, 'sender-blocked', status.ESME_RINVSRCADR);
    this.#texts = this.#textRules(texts ?? [], `${place}.texts`);
    this.#urls = urls === undefined ? undefined : this.#urlRules(urls, `${place}.urls`);
    this.#duplicates =
      duplicates === undefined ? undefined : this.#duplicateRule(duplicates, `${place}.duplicates`);
  }

  /** True when `admit` may refuse something. */
  get guardsDuplicates(): boolean {
    return this.#duplicates !== undefined;
  }

  /** Whether `judge` may refuse words of a text. */
  get looksAtText(): boolean {
    return this.#texts !== undefined || this.#urls !== undefined;
  }

  /** What the rules say that remember nothing. `text`: what the layers before made of it. */
  judge(facts: MessageFacts, text: string | undefined): FilterVerdict {
    const { digits } = facts.destination;
    if (this.#blockTo?.list.has(digits) === true) return met(this.#blockTo.rule);
    if (this.#allowTo?.list.has(digits) === false) return met(this.#allowTo.rule);
    if (this.#blockFrom?.list.has(facts.source.digits) === true) return met(this.#blockFrom.rule);
    if (text === undefined || (this.#texts === undefined && this.#urls === undefined)) return passed;
    return this.#judgeText(text);
  }

  /** The verdict on a duplicate beyond what is let through; undefined: it may go, and is remembered. */
  admit(message: Repeatable, nowMs: number): FilterVerdict | undefined {
    const duplicates = this.#duplicates;
    return duplicates === undefined || duplicates.guard.admit(message, nowMs)
      ? undefined
      : met(duplicates.rule);
  }

  /** Takes the last `admit` of that message back. */
  forget(message: Repeatable): void {
    this.#duplicates?.guard.forget(message);
  }

  /** All rules and how often each was met since the layer was made. */
  hits(): readonly RuleHits[] {
    return this.#rules.map(({ place, hits }) => ({ rule: place, hits }));
  }

  #judgeText(original: string): FilterVerdict {
    let text = original;
    const finding = this.#texts?.compiled.find(text, this.#countText);
    if (finding?.kind === 'too-long') return met((this.#texts as Texts).tooLong);
    if (finding?.kind === 'pass') text = finding.text;
    else if (finding !== undefined) return (this.#texts as Texts).rules[finding.rule]?.verdict ?? passed;
    // Links are looked for in what goes out: a replacement may have taken one away, or put one in.
    const link = this.#urls?.compiled.find(text);
    if (link !== undefined) return met((this.#urls as Urls).rules[link]);
    return text === original ? passed : { kind: 'pass', text };
  }

  readonly #countText = (index: number): void => {
    const rule = this.#texts?.rules[index];
    if (rule !== undefined) rule.hits += 1;
  };

  #rule(place: string, verdict: FilterVerdict): Rule {
    const rule: Rule = { place, verdict: Object.freeze(verdict), hits: 0 };
    this.#rules.push(rule);
    return rule;
  }

  #reject(place: string, code: string, commandStatus: number): Rule {
    return this.#rule(place, { kind: 'reject', status: commandStatus, reason: `${code} ${place}` });
  }

  #list(
    entries: AddressList | undefined,
    place: string,
    code: string,
    commandStatus: number,
  ): ListRule | undefined {
    if (entries === undefined) return undefined;
    return { list: numberList(entries, place), rule: this.#reject(place, code, commandStatus) };
  }

  #textRules(texts: readonly TextFilter[], place: string): Texts | undefined {
    if (texts.length === 0) return undefined;
    return {
      compiled: compileTextFilters(texts, place),
      rules: texts.map(({ action = 'reject' }, index) => {
        const here = `${place}[${index}]`;
        if (action === 'reject') return this.#reject(here, 'text-refused', status.ESME_RSUBMITFAIL);
        return this.#rule(
          here,
          action === 'drop' ? { kind: 'drop', reason: `text-dropped ${here}` } : { kind: 'pass' },
        );
      }),
      tooLong: this.#reject(place, 'text-too-long', status.ESME_RINVMSGLEN),
    };
  }

  #urlRules(urls: UrlFilter, place: string): Urls {
    const failed = status.ESME_RSUBMITFAIL;
    return {
      compiled: compileUrlFilter(urls, place),
      rules: {
        link: this.#reject(`${place}.none`, 'link', failed),
        'link-blocked': this.#reject(`${place}.block`, 'link-blocked', failed),
        'link-not-allowed': this.#reject(`${place}.allow`, 'link-not-allowed', failed),
        'too-many-links': this.#reject(place, 'too-many-links', failed),
      },
    };
  }

  #duplicateRule(duplicates: DuplicateFilter, place: string): Duplicates {
    const isDrop = duplicates.action === 'drop';
    return {
      guard: new DuplicateGuard(duplicates, place),
      rule: isDrop
        ? this.#rule(place, { kind: 'drop', reason: `duplicate ${place}` })
        : this.#reject(place, 'duplicate', status.ESME_RSUBMITFAIL),
    };
  }
}

function met(rule: Rule): FilterVerdict {
  rule.hits += 1;
  return rule.verdict;
}

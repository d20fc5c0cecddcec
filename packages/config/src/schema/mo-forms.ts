/**
 * How the actions of rules for messages from handsets are written: by a key of the rule (`deliver`, `reject`), or by a
 * word of `do`. Here is the form of any action; those that are always there are in built-in-actions.ts.
 */
import { type MoAction, type MoActionKind, MoActions } from '@chappe/policy';
import type { z } from 'zod';
import type { Written } from '../values/written.ts';
import type { KnownNames } from './known-names.ts';

/** A key of a rule. Actions that have one in common share the object. */
export interface MoKey<T> {
  readonly name: string;
  /** What it means, one line, for the documentation. */
  readonly about: string;
  /** `known`: names that it may refer to. */
  value(known: KnownNames): z.ZodType<T>;
}

/** A key that stands beside a word of `do`, and is a setting of the same name of the action. */
export interface MoSettingKey extends MoKey<unknown> {
  /** What is wrong where it stands without such a word. */
  readonly misplaced: string;
}

/** A word of `do`. */
export interface MoWord {
  readonly word: string;
  /** Taken too, but not shown. */
  readonly spellings?: readonly string[] | undefined;
  /** What it means, a few words, for the documentation. */
  readonly about: string;
  readonly settings?: readonly MoSettingKey[] | undefined;
}

/** How one kind of action is written, and what its settings may say. */
export interface MoActionForm<A extends MoAction = MoAction> extends MoActionKind<A> {
  /** The key that it is written by, whose value makes the settings, or a word of `do`. */
  readonly by: MoKey<MoAction> | MoWord;
  /** What has become of the message, for what is said about two of them: `delivered`. */
  readonly past: string;
  /** It may stand beside one that leads to another, and comes after it. Default false. */
  readonly follows?: boolean | undefined;
  /** Not for whatever no rule takes (`unclaimed`). Default false. */
  readonly isForRules?: boolean | undefined;
  /** The keys of the rule, without those of what comes after it. */
  written(action: A): Written;
}

/** All that a configuration may name. */
export type MoForms = MoActions<MoActionForm>;

/** Whether an action is written by a word of `do`. */
export function isWord(by: MoActionForm['by']): by is MoWord {
  return 'word' in by;
}

/** The keys that actions are written by, each once. */
export function keysOf(forms: readonly MoActionForm[]): readonly MoKey<MoAction>[] {
  return [...new Set(forms.flatMap(({ by }) => (isWord(by) ? [] : [by])))];
}

/** The words of `do`. */
export function wordsOf(forms: readonly MoActionForm[]): readonly MoWord[] {
  return forms.flatMap(({ by }) => (isWord(by) ? [by] : []));
}

/** The keys beside words of `do`, each once. */
export function settingKeysOf(forms: readonly MoActionForm[]): readonly MoSettingKey[] {
  return [...new Set(wordsOf(forms).flatMap(({ settings = [] }) => settings))];
}

/** The key of a rule that an action is written by. */
export function keyOfAction(action: MoAction, forms: MoForms): string {
  const by = forms.get(action.kind)?.by;
  return by === undefined || isWord(by) ? 'do' : by.name;
}

/** What becomes of a message from a handset, as it is written. */
export function writtenAction(action: MoAction, forms: MoForms): Written {
  const own = forms.get(action.kind)?.written(action) ?? { do: action.kind };
  return action.then === undefined ? own : { ...writtenAction(action.then, forms), ...own };
}

/** The forms that are given, as the readers of a configuration take them. Throws a RangeError where two have one name. */
export function formsOf(forms: readonly MoActionForm[]): MoForms {
  return new MoActions(forms);
}

/** Rules for messages from handsets. What they may do is a registry: see mo-forms.ts. */
import type { MoAction, MoRouteSettings } from '@chappe/policy';
import type { z } from 'zod';
import { name } from '../values/words.ts';
import { conditionKeys, conditionsOf } from './conditions.ts';
import { compact, type Every, oneOf, oneOrMany, optional, reference, scalar, section } from './field.ts';
import { isWord, keyOfAction, keysOf, type MoActionForm, settingKeysOf, wordsOf } from './mo-forms.ts';
import type { ReadContext } from './read-context.ts';
import { flag } from './shapes.ts';

/** A rule; the file gives those without a name one by their place. */
export type MoRouteDraft = Omit<MoRouteSettings, 'name'> & { readonly name?: string | undefined };

type Keys = { readonly [key: string]: z.ZodOptional<z.ZodType<unknown>> };

/** What was read of the keys that say what is done. */
type ReadAction = { readonly [key: string]: unknown };

/** Says what is wrong, and at which key. */
type Say = (message: string, ...path: readonly string[]) => void;

function moKeys(world: ReadContext) {
  const connector = oneOrMany(scalar(reference(world.known.connectors, 'connector')));
  const plain = {
    name: optional(scalar(name), 'its name in metrics and timelines; else mo- and its place'),
    connector: optional(connector, 'where it came from'),
    connectors: optional(connector, 'the same for several'),
    ...conditionKeys(world),
    reassemble: optional(
      flag,
      'a long message is put together first, else its segments pass as they came',
      false,
    ),
  };
  const { reassemble, ...conditions } = plain;
  const actions = actionKeys(world.actions.list(), world);
  for (const key of Object.keys(actions))
    if (key in plain)
      throw new RangeError(`an action would be written by "${key}", which rules have already`);
  // In the order of the documentation.
  const keys: typeof plain = { ...conditions, ...actions, reassemble };
  return section(keys);
}

/** A rule as it is written. */
export function moSchema(world: ReadContext): z.ZodType<MoRouteDraft> {
  const forms = world.actions.list();
  return moKeys(world).transform((given, context): MoRouteDraft => {
    const say: Say = (message, ...path) =>
      void context.addIssue({ code: 'custom', message, path: [...path] });
    if (given.connector !== undefined && given.connectors !== undefined)
      say('there are connector and connectors: one of them is enough', 'connectors');
    if (given.keyword !== undefined && given.keywords !== undefined)
      say('there are keyword and keywords: one of them is enough', 'keywords');
    const action = actionOf(given, forms, world, say);
    const conditions = conditionsOf({ ...given, connectors: given.connectors ?? given.connector });
    const all: Every<MoRouteDraft> = {
      ...(conditions as Every<MoRouteDraft>),
      name: given.name,
      action,
      reassemble: given.reassemble,
    };
    return compact<MoRouteDraft>(all);
  });
}

/** What becomes of what no rule takes. */
export function unclaimedSchema(world: ReadContext): z.ZodType<MoAction> {
  const forms = world.actions.list().filter(({ isForRules }) => isForRules !== true);
  return section(actionKeys(forms, world)).transform((given, context) =>
    actionOf(
      given,
      forms,
      world,
      (message, ...path) => void context.addIssue({ code: 'custom', message, path: [...path] }),
    ),
  );
}

/** The keys that say what is done. */
function actionKeys(forms: readonly MoActionForm[], { known }: ReadContext): Keys {
  const words = wordsOf(forms);
  const spellings = words.flatMap(({ word, spellings: all = [] }) => all.map((one) => [one, word] as const));
  const keys = [
    ...keysOf(forms).map((key) => [key.name, optional(key.value(known), key.about)] as const),
    [
      'do',
      optional(
        oneOf(
          words.map(({ word }) => word),
          Object.fromEntries(spellings),
        ),
        words.map(({ word, about }) => `${word}: ${about}`).join('; '),
      ),
    ] as const,
    ...settingKeysOf(forms).map((key) => [key.name, optional(key.value(known), key.about)] as const),
  ];
  const twice = keys.find(([key], at) => keys.findIndex(([other]) => other === key) !== at);
  if (twice !== undefined) throw new RangeError(`two actions would be written by "${twice[0]}"`);
  return Object.fromEntries(keys);
}

/** What a rule says, in one of its keys or two: an action, or one that leads to another and that. */
function actionOf(given: ReadAction, forms: readonly MoActionForm[], world: ReadContext, say: Say): MoAction {
  const said = [...ofWord(given, forms, say), ...keysOf(forms).flatMap((key) => ofKey(given[key.name]))];
  const [first, second] = said.map((action) => ({ action, form: world.actions.get(action.kind) }));
  if (first === undefined) {
    const keys = keysOf(forms).map((key) => `"${key.name}"`);
    say(`one of ${keys.join(', ')} and "do" must be there`);
    return { kind: 'drop' };
  }
  if (second === undefined) return first.action;
  const [lead, next] = first.form?.leads === true ? [first, second] : [second, first];
  if (said.length > 2 || lead.form?.leads !== true || next.form?.follows !== true)
    say(
      `it is ${first.form?.past} or ${second.form?.past}, not both`,
      keyOfAction(second.action, world.actions),
    );
  // biome-ignore lint/suspicious/noThenProperty: the name in the settings; nobody awaits an action
  return { ...lead.action, then: next.action };
}

function ofKey(value: unknown): readonly MoAction[] {
  return value === undefined ? [] : [value as MoAction];
}

/** The action of a word of `do`, with the keys beside it. */
function ofWord(given: ReadAction, forms: readonly MoActionForm[], say: Say): readonly MoAction[] {
  const form = forms.find(({ by }) => isWord(by) && by.word === given.do);
  const own = form !== undefined && isWord(form.by) ? (form.by.settings ?? []) : [];
  for (const key of settingKeysOf(forms))
    if (given[key.name] !== undefined && !own.includes(key)) say(key.misplaced, key.name);
  if (form === undefined) return [];
  const settings = own.flatMap(({ name: key }) =>
    given[key] === undefined ? [] : [[key, given[key]] as const],
  );
  return [{ kind: form.kind, ...Object.fromEntries(settings) }];
}

/** A rule of a file with the name that it has there, or gets by its place (from 0). */
export function namedRule(rule: MoRouteDraft, index: number): MoRouteSettings {
  return { ...rule, name: rule.name ?? `mo-${index + 1}` };
}

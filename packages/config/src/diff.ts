/** What a reload changes, by names: values, and with them secrets, are not told. */
import { isDeepStrictEqual } from 'node:util';
import { atOnce, type GatewaySettings, type Steps } from '@chappe/policy';

/** One change. */
export interface ConfigChange {
  readonly kind: 'account' | 'connector' | 'route' | 'mo' | 'webhook' | 'unclaimed' | 'filters' | 'pumping';
  /** Of the entry; empty for unclaimed, filters and pumping, of which there is one. */
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Names of the fields that changed; `position`: it stands elsewhere among the others now. */
  readonly fields: readonly string[];
}

type Kind = ConfigChange['kind'];
type Fields = { readonly [field: string]: unknown };

/** What is different, and the settings with the entries that were there before where they are equal. */
export interface SettingsDiff {
  readonly changes: readonly ConfigChange[];
  readonly settings: GatewaySettings;
}

/** All changes from one to the other. */
export function diffSettings(before: GatewaySettings, after: GatewaySettings): readonly ConfigChange[] {
  return atOnce(settingsDiff(before, after)).changes;
}

/**
 * The same in steps, for large settings. What is equal is kept as the object that it was, so that whoever takes the
 * settings over sees at once what has not changed.
 */
export function* settingsDiff(before: GatewaySettings, after: GatewaySettings): Steps<SettingsDiff> {
  const accounts = yield* listDiff(
    'account',
    before.accounts,
    after.accounts,
    ({ systemId }) => systemId,
    false,
  );
  const connectors = yield* listDiff('connector', before.connectors, after.connectors, nameOf, false);
  const routes = yield* listDiff('route', before.routes, after.routes, nameOf, true);
  const mo = yield* listDiff('mo', before.mo, after.mo, nameOf, true);
  const webhooks = yield* listDiff('webhook', before.webhooks, after.webhooks, nameOf, false);
  const changes = [
    ...accounts.changes,
    ...connectors.changes,
    ...routes.changes,
    ...mo.changes,
    ...webhooks.changes,
    ...singleChange('unclaimed', before.unclaimed, after.unclaimed),
    ...singleChange('filters', before.filters, after.filters),
    ...singleChange('pumping', before.pumping, after.pumping),
  ];
  const isSameFilters = after.filters !== undefined && !changes.some(({ kind }) => kind === 'filters');
  const settings = {
    ...after,
    ...(isSameFilters ? { filters: before.filters } : {}),
    accounts: accounts.entries,
    connectors: connectors.entries,
    routes: routes.entries,
    mo: mo.entries,
    webhooks: webhooks.entries,
  };
  return { changes, settings };
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

interface ListDiff<E> {
  readonly changes: readonly ConfigChange[];
  readonly entries: readonly E[];
}

function* listDiff<E extends object>(
  kind: Kind,
  before: readonly E[],
  after: readonly E[],
  name: (entry: E) => string,
  isOrdered: boolean,
): Steps<ListDiff<E>> {
  const was = yield* byName(before, name);
  const is = yield* byName(after, name);
  const moved = isOrdered ? yield* movedNames(was, is) : new Set<string>();
  const changes: ConfigChange[] = [];
  for (const gone of was.keys()) {
    yield;
    if (!is.has(gone)) changes.push({ kind, name: gone, change: 'removed', fields: [] });
  }
  const entries: E[] = [];
  for (const entry of after) {
    yield;
    const called = name(entry);
    const old = was.get(called);
    if (old === undefined) {
      entries.push(entry);
      changes.push({ kind, name: called, change: 'added', fields: [] });
      continue;
    }
    const different = changedFields(old as Fields, entry as Fields);
    entries.push(different.length === 0 ? old : entry);
    const fields = [...different, ...(moved.has(called) ? ['position'] : [])];
    if (fields.length > 0) changes.push({ kind, name: called, change: 'changed', fields });
  }
  return { changes, entries };
}

function* byName<E>(entries: readonly E[], name: (entry: E) => string): Steps<ReadonlyMap<string, E>> {
  const named = new Map<string, E>();
  for (const entry of entries) {
    named.set(name(entry), entry);
    yield;
  }
  return named;
}

/** Entries that no longer stand between the same others; new and gone ones do not count. */
function* movedNames(
  was: ReadonlyMap<string, unknown>,
  is: ReadonlyMap<string, unknown>,
): Steps<ReadonlySet<string>> {
  const moved = new Set<string>();
  const old = was.keys();
  for (const now of is.keys()) {
    yield;
    if (!was.has(now)) continue;
    let { value } = old.next();
    while (value !== undefined && !is.has(value)) {
      value = old.next().value;
      yield;
    }
    if (value !== now) moved.add(now);
  }
  return moved;
}

function changedFields(before: Fields, after: Fields): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name])).sort();
}

function singleChange(kind: Kind, before: object | undefined, after: object | undefined): ConfigChange[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ kind, name: '', change: 'added', fields: [] }];
  if (after === undefined) return [{ kind, name: '', change: 'removed', fields: [] }];
  const fields = changedFields(before as Fields, after as Fields);
  return fields.length === 0 ? [] : [{ kind, name: '', change: 'changed', fields }];
}

/** What a reload changes, by names: values, and with them secrets, are not told. */
import { isDeepStrictEqual } from 'node:util';
import type { GatewaySettings } from '@chappe/gateway';

/** One change. */
export interface ConfigChange {
  readonly kind: 'account' | 'connector' | 'route' | 'mo' | 'webhook' | 'filters' | 'pumping';
  /** Of the entry; empty for filters and pumping, of which there is one. */
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Names of the fields that changed; `position`: it stands elsewhere among the others now. */
  readonly fields: readonly string[];
}

type Kind = ConfigChange['kind'];
type Fields = { readonly [field: string]: unknown };
type Named = readonly [name: string, entry: Fields];

/** All changes from one to the other. */
export function diffSettings(before: GatewaySettings, after: GatewaySettings): ConfigChange[] {
  const named = (list: readonly { readonly name: string }[]): Named[] =>
    list.map((entry) => [entry.name, entry as unknown as Fields]);
  const accounts = (list: GatewaySettings['accounts']): Named[] =>
    list.map((entry) => [entry.systemId, entry as unknown as Fields]);
  return [
    ...listChanges('account', accounts(before.accounts), accounts(after.accounts), false),
    ...listChanges('connector', named(before.connectors), named(after.connectors), false),
    ...listChanges('route', named(before.routes), named(after.routes), true),
    ...listChanges('mo', named(before.mo), named(after.mo), true),
    ...listChanges('webhook', named(before.webhooks), named(after.webhooks), false),
    ...singleChange('filters', before.filters, after.filters),
    ...singleChange('pumping', before.pumping, after.pumping),
  ];
}

function listChanges(
  kind: Kind,
  before: readonly Named[],
  after: readonly Named[],
  isOrdered: boolean,
): ConfigChange[] {
  const was = new Map(before);
  const is = new Map(after);
  const moved = isOrdered ? movedNames(before, after, was, is) : new Set<string>();
  const removed = before.flatMap(([name]): ConfigChange[] =>
    is.has(name) ? [] : [{ kind, name, change: 'removed', fields: [] }],
  );
  const others = after.flatMap(([name, entry]): ConfigChange[] => {
    const old = was.get(name);
    if (old === undefined) return [{ kind, name, change: 'added', fields: [] }];
    const fields = [...changedFields(old, entry), ...(moved.has(name) ? ['position'] : [])];
    return fields.length === 0 ? [] : [{ kind, name, change: 'changed', fields }];
  });
  return [...removed, ...others];
}

/** Entries that no longer stand between the same others; new and gone ones do not count. */
function movedNames(
  before: readonly Named[],
  after: readonly Named[],
  was: ReadonlyMap<string, Fields>,
  is: ReadonlyMap<string, Fields>,
): Set<string> {
  const old = before.filter(([name]) => is.has(name));
  const now = after.filter(([name]) => was.has(name));
  return new Set(now.filter(([name], index) => old[index]?.[0] !== name).map(([name]) => name));
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

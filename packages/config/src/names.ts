/** Names that entries of a file have: what others may refer to, and those that are given twice. */

import type { Path } from './flaw.ts';
import type { KnownNames } from './schema/known-names.ts';
import { readTag } from './schema/tlv.ts';
import type { Placed, PlacedList, PlacedMap, PlacedScalar } from './yaml/tree.ts';
import { placedAt } from './yaml/tree.ts';

/** The key that names the entries of each list. */
const nameKeys = {
  accounts: 'systemId',
  connectors: 'name',
  routes: 'name',
  mo: 'name',
  webhooks: 'name',
} as const;

type ListName = keyof typeof nameKeys;

/** One name at its place. */
interface Named {
  readonly name: string;
  readonly path: Path;
  readonly at: PlacedScalar;
}

function listOf(root: PlacedMap, list: ListName): PlacedList | undefined {
  const placed = root.entries.get(list)?.value;
  return placed?.kind === 'list' ? placed : undefined;
}

function namesOf(root: PlacedMap, list: ListName): Named[] {
  const key = nameKeys[list];
  return (listOf(root, list)?.items ?? []).flatMap((item, index): Named[] => {
    const at = placedAt(item, [key]);
    if (at?.kind !== 'scalar' || at.isBroken === true) return [];
    return [{ name: at.text, path: [list, index, key], at }];
  });
}

function setOf(root: PlacedMap, list: ListName, more: ReadonlySet<string> | undefined): Set<string> {
  return new Set([...namesOf(root, list).map(({ name }) => name), ...(more ?? [])]);
}

/** Names in the file, and those that are elsewhere. */
export function knownNames(root: PlacedMap, elsewhere: KnownNames): KnownNames {
  const connectors = setOf(root, 'connectors', elsewhere.connectors);
  const enabled = placedAt(root, ['handsets', 'enabled']);
  if (enabled?.kind === 'scalar' && ['true', 'yes', 'on'].includes(enabled.text.toLowerCase()))
    connectors.add('handsets');
  return {
    accounts: setOf(root, 'accounts', elsewhere.accounts),
    connectors,
    webhooks: setOf(root, 'webhooks', elsewhere.webhooks),
    tlvs: new Map([...(elsewhere.tlvs ?? []), ...tlvNames(root)]),
  };
}

function tlvNames(root: PlacedMap): [string, number][] {
  return (listOf(root, 'connectors')?.items ?? []).flatMap((connector) => {
    const rules = placedAt(connector, ['tlvs']);
    return rules?.kind === 'list' ? rules.items.flatMap(tlvName) : [];
  });
}

function tlvName(rule: Placed): [string, number][] {
  const name = placedAt(rule, ['name']);
  const tag = placedAt(rule, ['tag']);
  if (name?.kind !== 'scalar' || tag?.kind !== 'scalar') return [];
  try {
    return [[name.text, readTag(tag.text)]];
  } catch {
    // Said where the connector is checked.
    return [];
  }
}

/** A name that stands in one list twice: its second place. */
export interface Duplicate {
  readonly list: ListName;
  readonly name: string;
  readonly path: Path;
  readonly first: PlacedScalar;
}

/** All of them. */
export function duplicates(root: PlacedMap): Duplicate[] {
  return (Object.keys(nameKeys) as ListName[]).flatMap((list) => {
    const seen = new Map<string, PlacedScalar>();
    return namesOf(root, list).flatMap(({ name, path, at }): Duplicate[] => {
      const first = seen.get(name);
      if (first !== undefined) return [{ list, name, path, first }];
      seen.set(name, at);
      return [];
    });
  });
}

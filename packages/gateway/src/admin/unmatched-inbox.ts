/** Receipts that found no message, of all upstreams: looked at, matched once more, thrown away. */
import type { Message } from '@chappe/center';
import type { IdRelation } from '@chappe/protocol';
import { groupOfUnmatched, isUnmatchedLane, unmatchedLane } from '../lanes/lanes.ts';
import type { UnmatchedReceipt } from '../receipts/unmatched.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Administered } from './administered.ts';
import { newestWaiting } from './lane-page.ts';

/** One page, newest first. `next`: there may be more. */
export interface UnmatchedPage {
  readonly receipts: readonly UnmatchedReceipt[];
  readonly next: number | undefined;
}

/** How ids are compared; `loose`: by every relation, and nothing is taken for known. */
export type RematchForm = IdRelation | 'loose';

/** The unmatched receipts of a connector's group, or of all; undefined: there is no such connector. `limit` to 1,000. */
export async function unmatchedReceipts(
  gateway: Administered,
  connector: string | undefined,
  limit: number,
  beforeId?: number,
): Promise<UnmatchedPage | undefined> {
  const upstreams = connector === undefined ? oneOfEachGroup(gateway) : upstreamsNamed(gateway, connector);
  if (connector !== undefined && upstreams.length === 0) return undefined;
  const byLane = new Map(
    upstreams.map(({ group: { name, receipts } }) => [unmatchedLane(name), receipts.unmatched] as const),
  );
  const page = await newestWaiting(gateway.center, byLane.keys(), limit, beforeId);
  return {
    receipts: page.messages.flatMap((message) => byLane.get(message.lane)?.view(message) ?? []),
    next: page.nextBeforeId,
  };
}

/**
 * Looks for their messages once more; undefined: there is no such connector or group. A `form` other than loose is taken
 * for known from now on.
 */
export async function rematchReceipts(
  gateway: Administered,
  connector: string,
  form: RematchForm | undefined,
): Promise<{ readonly matched: number; readonly left: number } | undefined> {
  const [upstream] = upstreamsNamed(gateway, connector);
  if (upstream === undefined) return undefined;
  const relation = form === 'loose' ? undefined : form;
  if (relation !== undefined) await upstream.group.receipts.pin(relation);
  return gateway.network.correlator.rematch(upstream, relation);
}

/** Throws an unmatched receipt away; false when there is none with that id. */
export async function removeUnmatched(gateway: Administered, publicId: string): Promise<boolean> {
  const message: Message | undefined = await gateway.center.query({ publicId });
  if (message === undefined || !isUnmatchedLane(message.lane)) return false;
  const [upstream] = upstreamsNamed(gateway, groupOfUnmatched(message.lane));
  if (upstream === undefined) return (await gateway.center.cancel({ id: message.id })) === 'cancelled';
  return upstream.group.receipts.unmatched.remove(message.id);
}

function upstreamsNamed({ network }: Administered, name: string): readonly Upstream[] {
  const upstream =
    network.upstreams.get(name) ?? network.upstreams.list().find(({ group }) => group.name === name);
  return upstream === undefined ? [] : [upstream];
}

function oneOfEachGroup({ network }: Administered): readonly Upstream[] {
  return [...new Map(network.upstreams.list().map((upstream) => [upstream.group.name, upstream])).values()];
}

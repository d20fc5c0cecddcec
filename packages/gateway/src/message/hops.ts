/**
 * The gateways that a message has been through, so that two that route to each other do not play with it for ever. SMPP
 * has no field for that: it is a vendor TLV, which only connectors to other centres of ours get (`peer`).
 */
import type { ControlStore } from '@chappe/center';
import type { Tlv, TlvInput } from '@chappe/protocol';
import type { Random } from '@chappe/smpp';

/** Ids of four octets, the last gateway last. In the range for vendors (SMPP 3.4 5.3.2: 0x1400 to 0x3FFF). */
export const hopsTag = 0x3fc7;
/** Octets of an id. */
export const nodeIdOctets = 4;
// No sensible chain of centres is longer; a TLV that somebody else has made ends here, too.
const maxHops = 16;
const kind = 'node';

/** The id of this gateway: made at its first start. */
export async function nodeIdOf(control: ControlStore, random: Random): Promise<Uint8Array> {
  const [known] = await control.list(kind);
  if (known !== undefined) return Buffer.from(known.value, 'hex');
  const id = Uint8Array.from({ length: nodeIdOctets }, () => Math.floor(random() * 256));
  await control.write([{ kind, key: 'id', value: Buffer.from(id).toString('hex') }]);
  return id;
}

/** Whether a message has been here, or has been through too many gateways. */
export function hasLooped(tlvs: readonly Tlv[], nodeId: Uint8Array): boolean {
  const path = pathOf(tlvs);
  if (path === undefined) return false;
  if (path.length >= maxHops * nodeIdOctets) return true;
  for (let at = 0; at + nodeIdOctets <= path.length; at += nodeIdOctets) {
    if (Buffer.compare(path.subarray(at, at + nodeIdOctets), nodeId) === 0) return true;
  }
  return false;
}

/** The TLVs for another gateway: with this one at the end of the path. */
export function withHop(
  came: readonly Tlv[],
  going: readonly TlvInput[],
  nodeId: Uint8Array,
): readonly TlvInput[] {
  const path = pathOf(came) ?? new Uint8Array(0);
  return [...withoutHops(going), { tag: hopsTag, value: Buffer.concat([path, nodeId]) }];
}

/** The TLVs for anybody else, whom the path does not concern. */
export function withoutHops(going: readonly TlvInput[]): readonly TlvInput[] {
  return going.some(({ tag }) => tag === hopsTag) ? going.filter(({ tag }) => tag !== hopsTag) : going;
}

function pathOf(tlvs: readonly Tlv[]): Uint8Array | undefined {
  // Hot path: hardly any message has TLVs.
  if (tlvs.length === 0) return undefined;
  const value = tlvs.find(({ tag }) => tag === hopsTag)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

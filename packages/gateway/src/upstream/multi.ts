/**
 * The messages that a customer sent by one submit_multi, on their way to an upstream as one again: those that leave in
 * one go share a request, and each has its own answer from it.
 */
import type { Message } from '@chappe/center';
import type { PduInput, TlvInput } from '@chappe/protocol';
import type { RequestResult } from '@chappe/smpp';
import { readGroupOf } from '../message/content.ts';

type SubmitSm = PduInput<'submit_sm'>;

/** Messages in one request. */
export interface Batch<T> {
  readonly first: SubmitSm;
  readonly members: { readonly destination: string; readonly about: T }[];
}

// SMPP 3.4 5.2.24: 254.
const maxDestinations = 254;
const none = new Uint8Array(0);

/** Gathers messages that go together. `T`: what their sender wants to know of each. */
export class MultiBatches<T> {
  /** By the id of the first message of their submission: few are open at once, for one hand-over. */
  readonly #open: Map<number, Batch<T>[]> = new Map();

  /** Takes a message in; false: it is not one of several, and goes by itself. */
  add(message: Message, pdu: SubmitSm, about: T): boolean {
    const group = readGroupOf(message.content);
    if (group?.kind !== 'destinations' || group.count < 2) return false;
    const { head } = message;
    const batches = this.#open.get(head) ?? [];
    if (batches.length === 0) this.#open.set(head, batches);
    let batch = batches.find((one) => one.members.length < maxDestinations && isAlike(one.first, pdu));
    if (batch === undefined) {
      batch = { first: pdu, members: [] };
      batches.push(batch);
    }
    const { dest_addr_ton: ton = 0, dest_addr_npi: npi = 0, destination_addr: digits = '' } = pdu;
    batch.members.push({ destination: destinationKey(ton, npi, digits), about });
    return true;
  }

  /** What has been gathered; nothing is afterwards. */
  take(): readonly Batch<T>[] {
    if (this.#open.size === 0) return [];
    const all = [...this.#open.values()].flat();
    this.#open.clear();
    return all;
  }
}

/** The request for a batch. */
export function multiPdu({ first, members }: Batch<unknown>): PduInput<'submit_multi'> | SubmitSm {
  if (members.length === 1) return first;
  const { command: _, dest_addr_ton, dest_addr_npi, destination_addr, ...fields } = first;
  const dest_address = members.map(({ destination }) => {
    const [ton, npi, digits] = destination.split(' ');
    return {
      dest_flag: 1 as const,
      dest_addr_ton: Number(ton),
      dest_addr_npi: Number(npi),
      destination_addr: digits ?? '',
    };
  });
  return { ...fields, command: 'submit_multi', dest_address };
}

/** What the answer to a batch says about one of its destinations. */
export function resultFor(result: RequestResult, destination: string): RequestResult {
  if (result instanceof Error || result.command !== 'submit_multi_resp') return result;
  const { unsuccess_sme: refused } = result;
  // Hot for large lists: most have none that was refused.
  if (refused.length === 0) return result;
  const found = refused.find(
    (one) => destinationKey(one.dest_addr_ton, one.dest_addr_npi, one.destination_addr) === destination,
  );
  const digits = destination.slice(destination.lastIndexOf(' ') + 1);
  // Some write the types of addresses anew; the number is what counts.
  const status = (found ?? refused.find((one) => one.destination_addr === digits))?.error_status_code;
  return status === undefined || status === 0 ? result : { ...result, command_status: status };
}

function destinationKey(ton: number, npi: number, digits: string): string {
  return `${ton} ${npi} ${digits}`;
}

/** Whether they differ in nothing but the destination: rules by destination may have changed one of them. */
function isAlike(one: SubmitSm, other: SubmitSm): boolean {
  return (
    one.source_addr === other.source_addr &&
    one.source_addr_ton === other.source_addr_ton &&
    one.source_addr_npi === other.source_addr_npi &&
    one.service_type === other.service_type &&
    one.esm_class === other.esm_class &&
    one.data_coding === other.data_coding &&
    one.registered_delivery === other.registered_delivery &&
    one.priority_flag === other.priority_flag &&
    Buffer.compare(one.short_message ?? none, other.short_message ?? none) === 0 &&
    Buffer.compare(payloadOf(one), payloadOf(other)) === 0
  );
}

function payloadOf({ tlvs }: SubmitSm): Uint8Array {
  if (!Array.isArray(tlvs)) return none;
  const found = (tlvs as readonly TlvInput[]).find(({ name }) => name === 'message_payload')?.value;
  return found instanceof Uint8Array ? found : none;
}

/**
 * PDUs that may come from anybody: well-formed ones that mean something (addresses, times and ids that lead deep into
 * the gateway), the same ones damaged, and damaged ones of every command. All follow from a seed but for the ids that
 * the other side has given out.
 */
import { type DecodedPdu, encode, type PduInput } from '@chappe/protocol';
import {
  corpusOf,
  mutated,
  octets,
  type Random,
  randomOf,
} from '../../packages/protocol/test/codec/fuzzing.ts';

/** Who speaks. */
export type Side = 'esme' | 'mc';

const addresses = [
  'ACME',
  '10601',
  '447700900123',
  '+447700900124',
  '00447700900125',
  '99100000001',
  '99100000004',
  '7',
  '',
  'x'.repeat(20),
  '4'.repeat(20),
];
const numbers = ['447700900123', '447700900124', '+447700900125', '99100000001', '99100000004'];
const times = [
  '',
  '',
  '',
  '',
  '',
  '',
  '000000000001000R',
  '000000000000000R',
  '000000010000000R',
  '260101000000000+',
  '991231235959948-',
  '000000000000001',
  'R',
  '9'.repeat(16),
];
const words = ['', 'CMT', 'USSD', 'WAP', 'x'.repeat(5)];
const states = ['DELIVRD', 'EXPIRED', 'UNDELIV', 'REJECTD', 'ACCEPTD', 'ENROUTE', 'UNKNOWN', 'FAILED', ''];
const statuses = [0, 0, 0, 1, 3, 4, 8, 10, 11, 0x14, 0x45, 0x58, 0x61, 0xfe, 0x100, 0x111, 0x400, 0xffffffff];
// sar_*, user_message_reference, receipted_message_id, message_state, and some that are looked at.
const tags = [0x020c, 0x020e, 0x020f, 0x0204, 0x001e, 0x0427, 0x0423, 0x0017, 0x0005, 0x0606, 0x060b, 0x1400];
const maxIds = 64;

/** Makes PDUs for one side of one connection. */
export class PduSource {
  readonly #random: Random;
  readonly #side: Side;
  readonly #corpus: readonly Uint8Array[];
  /** What the other side has called messages. */
  readonly #ids: string[] = [];
  #sequence = 0;

  constructor(seed: number, side: Side) {
    this.#random = randomOf(seed);
    this.#side = side;
    this.#corpus = corpusOf(randomOf(seed));
  }

  /** Below `limit`. */
  below(limit: number): number {
    return this.#random(limit);
  }

  /** Remembers what the other side calls messages. */
  learn(pdu: DecodedPdu): void {
    const id = (pdu as { readonly message_id?: unknown }).message_id;
    if (typeof id === 'string' && id !== '' && this.#ids.length < maxIds) this.#ids.push(id);
    else if (typeof id === 'string' && id !== '') this.#ids[this.#random(maxIds)] = id;
  }

  /** A request, whole and of the right length. */
  request(): Buffer {
    const random = this.#random;
    if (random(8) === 0) return this.#damaged(this.#any(this.#corpus));
    const whole = this.#encoded(this.#side === 'esme' ? this.#ofEsme() : this.#ofMc());
    return random(4) === 0 ? this.#damaged(whole) : whole;
  }

  /** Octets whose lengths do not fit: after these the two sides do not understand each other any more. */
  nonsense(): Buffer {
    return mutated(this.#random, this.request(), this.#corpus);
  }

  /** What answers a request: good, bad, damaged, or nothing. */
  response(request: DecodedPdu): Buffer | undefined {
    const random = this.#random;
    const { sequence_number = 0 } = request as { readonly sequence_number?: number };
    if (random(16) === 0) return undefined;
    const command = random(32) === 0 ? 'generic_nack' : `${request.command}_resp`;
    const fields = {
      command,
      command_status: this.#any(statuses),
      sequence_number: random(32) === 0 ? random(1000) : sequence_number,
      ...(this.#side === 'mc' ? { message_id: this.#ownId() } : {}),
      tlvs: random(4) === 0 ? this.#tlvs() : [],
    };
    const whole = this.#encoded(fields as unknown as PduInput);
    return random(8) === 0 ? this.#damaged(whole) : whole;
  }

  #ofEsme(): PduInput {
    const random = this.#random;
    const source = {
      source_addr_ton: random(7),
      source_addr_npi: random(3),
      source_addr: this.#any(addresses),
    };
    const one = {
      dest_addr_ton: random(7),
      dest_addr_npi: random(3),
      destination_addr: this.#any(addresses),
    };
    const reference = { message_id: this.#id(), ...source };
    const commands: readonly (() => object)[] = [
      () => ({ command: 'submit_sm', ...source, ...one, ...this.#submission(), short_message: this.#text() }),
      () => ({ command: 'submit_sm', ...source, ...one, ...this.#submission(), short_message: this.#text() }),
      () => ({ command: 'submit_sm', ...source, ...one, ...this.#submission(), tlvs: this.#payload() }),
      () => ({ command: 'data_sm', ...source, ...one, esm_class: this.#rarely(256), tlvs: this.#payload() }),
      () => ({
        command: 'submit_multi',
        ...source,
        ...this.#submission(),
        short_message: this.#text(),
        dest_address: Array.from({ length: random(random(16) === 0 ? 256 : 5) }, () =>
          random(5) === 0
            ? { dest_flag: 2, dl_name: this.#any(words) }
            : { dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: this.#number() },
        ),
      }),
      () => ({ command: 'query_sm', ...reference }),
      () => ({ command: 'cancel_sm', ...reference, ...one, service_type: this.#any(words) }),
      () => ({ command: 'replace_sm', ...reference, ...this.#submission(), short_message: this.#text() }),
      () => ({
        command: 'broadcast_sm',
        ...source,
        ...this.#submission(),
        message_id: random(2) === 0 ? '' : this.#id(),
        tlvs: [
          { name: 'broadcast_area_identifier', value: octets(random, 1 + random(9)) },
          { name: 'broadcast_content_type', value: Buffer.of(random(4), 0, random(256)) },
          { name: 'broadcast_rep_num', value: random(3) },
          { name: 'broadcast_frequency_interval', value: Buffer.of(random(16), 0, random(256)) },
          ...this.#payload(),
        ],
      }),
      () => ({ command: 'query_broadcast_sm', ...reference }),
      () => ({ command: 'cancel_broadcast_sm', ...reference }),
      () => ({ command: 'query_last_msgs', ...source, no_of_messages: random(110) }),
      () => ({ command: 'query_msg_details', ...reference, sm_length: random(256) }),
      () => ({ command: 'param_retrieve', param_name: this.#any(words) }),
      () => ({ command: 'generic_nack', command_status: this.#any(statuses) }),
      () => ({ command: 'deliver_sm_resp', command_status: this.#any(statuses) }),
    ];
    return this.#any(commands)() as PduInput;
  }

  #ofMc(): PduInput {
    const random = this.#random;
    const addressed = {
      source_addr: this.#number(),
      source_addr_ton: this.#rarely(7),
      destination_addr: this.#number(),
      dest_addr_ton: this.#rarely(7),
    };
    const commands: readonly (() => object)[] = [
      () => ({
        command: 'deliver_sm',
        ...addressed,
        ...this.#submission(),
        esm_class: [4, 4, 8, 0x20, 0x44, 0][random(6)],
        short_message: this.#receipt(),
        tlvs: this.#tlvs(),
      }),
      () => ({ command: 'deliver_sm', ...addressed, ...this.#submission(), short_message: this.#text() }),
      () => ({ command: 'deliver_sm', ...addressed, ...this.#submission(), tlvs: this.#payload() }),
      () => ({ command: 'data_sm', ...addressed, esm_class: random(256), tlvs: this.#payload() }),
      () => ({
        command: 'alert_notification',
        source_addr: addressed.source_addr,
        esme_addr: this.#any(addresses),
      }),
      () => ({ command: 'submit_sm_resp', command_status: this.#any(statuses), message_id: this.#ownId() }),
      () => ({ command: 'generic_nack', command_status: this.#any(statuses) }),
    ];
    return this.#any(commands)() as PduInput;
  }

  #submission(): object {
    const random = this.#random;
    return {
      service_type: this.#any(words),
      esm_class: this.#rarely(256),
      protocol_id: this.#rarely(256),
      priority_flag: this.#rarely(6),
      schedule_delivery_time: this.#any(times),
      validity_period: this.#any(times),
      registered_delivery: this.#rarely(256),
      replace_if_present_flag: random(4) === 0 ? random(3) : 0,
      data_coding: [0, 0, 0, 1, 3, 4, 8, 0xf0, random(256)][random(9)],
      sm_default_msg_id: random(16) === 0 ? random(256) : 0,
      tlvs: this.#tlvs(),
    };
  }

  #text(): Uint8Array {
    const random = this.#random;
    const length = [0, 1, 20, 70, 140, 160, 161, 254, 255][random(9)] as number;
    const text = octets(random, length);
    // A user data header that says where it belongs, more often than chance would.
    if (random(4) === 0 && length > 6) text.set([5, 0, 3, random(4), 1 + random(3), random(4)]);
    return text;
  }

  #receipt(): Uint8Array {
    const random = this.#random;
    const id = random(3) === 0 ? this.#id() : this.#ownId();
    const cut = random(8) === 0 ? random(60) : 200;
    const text =
      `id:${id} sub:001 dlvrd:001 submit date:2601010000 done date:${random(10_000_000_000)} ` +
      `stat:${this.#any(states)} err:${random(1000)} text:${random(100)}`;
    return Buffer.from(text.slice(0, cut), 'latin1');
  }

  #payload(): object[] {
    const random = this.#random;
    const length = random(16) === 0 ? random(20_000) : random(400);
    return [{ name: 'message_payload', value: octets(random, length) }, ...this.#tlvs()];
  }

  #tlvs(): object[] {
    const random = this.#random;
    if (random(3) !== 0) return [];
    return Array.from({ length: 1 + random(4) }, () => ({
      tag: this.#any(tags),
      value: octets(random, [0, 1, 1, 2, 2, 4, 23, random(300)][random(8)] as number),
    }));
  }

  /** An id of the other side, or one that never was. */
  #id(): string {
    const random = this.#random;
    if (this.#ids.length > 0 && random(4) !== 0) return this.#any(this.#ids);
    return [``, '0', 'ffffffff', '0'.repeat(22), '7'.repeat(19), 'x'.repeat(64)][random(6)] as string;
  }

  /** What this side calls a message. */
  #ownId(): string {
    const random = this.#random;
    return ['', String(random(50)), random(50).toString(16), `op-${random(50)}`, '9'.repeat(20)][
      random(5)
    ] as string;
  }

  /** An address that leads somewhere, mostly. */
  #number(): string {
    return this.#any(this.#random(6) === 0 ? addresses : numbers);
  }

  /** Mostly 0 to 3, rarely anything below `limit`. */
  #rarely(limit: number): number {
    return this.#random(this.#random(6) === 0 ? limit : 4);
  }

  #any<T>(list: readonly T[]): T {
    return list[this.#random(list.length)] as T;
  }

  #encoded(pdu: PduInput): Buffer {
    this.#sequence = (this.#sequence % 0x1000_0000) + 1;
    try {
      return Buffer.from(encode({ sequence_number: this.#sequence, ...pdu }));
    } catch {
      // Too long for its field: one that fits it will do as well.
      return this.#damaged(this.#any(this.#corpus));
    }
  }

  /** Damaged, and of the length that it says. */
  #damaged(whole: Uint8Array): Buffer {
    const bytes = mutated(this.#random, whole, this.#corpus);
    if (bytes.length < 16) return Buffer.from(whole);
    bytes.writeUInt32BE(bytes.length);
    return bytes;
  }
}

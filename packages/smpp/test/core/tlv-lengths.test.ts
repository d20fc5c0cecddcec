import { decode, encode, type PduInput, status, type TlvDefinition, tlvs } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import type { SessionCore } from '../../src/core/session-core.ts';
import { CorePair } from '../support/core-pair.ts';

const integers = Object.entries(tlvs as { readonly [name: string]: TlvDefinition }).filter(
  ([, { type }]) => type === 'integer' || type === 'bitmask',
);
const operations = ['submit_sm', 'submit_multi', 'data_sm', 'query_sm', 'replace_sm', 'cancel_sm'] as const;

/** A request with an integer TLV of so many octets. */
function withTlv(command: string, definition: TlvDefinition, octets: number): Uint8Array {
  const value = Buffer.alloc(octets, 1);
  return encode({ command, sequence_number: 9, tlvs: [{ tag: definition.tag, value }] } as PduInput);
}

function answerOf(core: SessionCore, bytes: Uint8Array): unknown {
  core.output();
  core.receive(bytes, 0);
  const event = core.nextEvent();
  if (event?.kind === 'request') core.respond(9, { command: `${event.pdu.command}_resp` } as PduInput, 0);
  const output = core.output();
  return output === undefined ? event?.kind : decode(output);
}

describe.each([0x34, 0x50])('an MC, version %i', (version) => {
  test('refuses an integer TLV of a wrong length in every operation', () => {
    const { mc } = new CorePair().bind('transceiver', version);
    for (const command of operations) {
      for (const [name, definition] of integers) {
        for (let octets = 0; octets <= 9; octets++) {
          const isRight =
            (octets >= definition.min && octets <= definition.max) || definition.lengths?.includes(octets);
          const answer = answerOf(mc, withTlv(command, definition, octets));
          expect([name, octets, answer]).toMatchObject([
            name,
            octets,
            { command: `${command}_resp`, command_status: isRight ? 0 : status.ESME_RINVTLVLEN },
          ]);
        }
      }
    }
    expect(mc.counters.requestsOpen).toBe(0);
  });

  test('takes TLVs of a wrong length where nothing comes of them: enquire_link, and strings as they are', () => {
    const { mc } = new CorePair().bind('transceiver', version);
    expect(answerOf(mc, withTlv('enquire_link', tlvs.user_message_reference, 9))).toMatchObject({
      command: 'enquire_link_resp',
      command_status: 0,
    });
    expect(answerOf(mc, withTlv('data_sm', tlvs.receipted_message_id, 90))).toMatchObject({
      command_status: 0,
    });
  });
});

test('to a 3.3 peer they are no TLVs', () => {
  const { mc } = new CorePair().bind('transmitter', 0x33);
  expect(answerOf(mc, withTlv('submit_sm', tlvs.user_message_reference, 9))).toMatchObject({
    command_status: 0,
  });
});

test('an ESME takes what an MC sends: a refused receipt is lost', () => {
  const { esme } = new CorePair().bind();
  for (const command of ['deliver_sm', 'data_sm']) {
    for (const [, definition] of integers) {
      expect(answerOf(esme, withTlv(command, definition, 9))).toMatchObject({ command_status: 0 });
    }
  }
});

test('a TLV that the codec calls by another name is none of ours', async () => {
  const { createCodec } = await import('@chappe/protocol');
  const codec = createCodec({
    tlvs: { display_time: { tag: 0x1201, type: 'octet_string', min: 1, max: 9 } },
  });
  const { mc } = new CorePair({}, { codec: codec as never }).bind();
  expect(answerOf(mc, withTlv('submit_sm', tlvs.display_time, 5))).toMatchObject({ command_status: 0 });
});

/** Every deviation of real peers in the shared vectors, through a session: what is required of it is done. */
import { decode, type PduInput, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { sharedJson } from '../../../../test/support/shared.ts';
import { bindPdu, CorePair } from '../support/core-pair.ts';
import { hex } from '../support/raw-peer.ts';

interface Quirk {
  readonly id: string;
  readonly hex: string;
  readonly required: string;
}

const file = sharedJson<{ readonly cases: readonly Quirk[] } | readonly Quirk[]>('vectors/pdu-quirks.json');
const quirks = file === undefined ? [] : 'cases' in file ? file.cases : file;
const enquire = hex('00000010 00000015 00000000 00000063');

/** Sequence number in the octets of a PDU. */
function numberOf(octets: Buffer): number {
  return octets.length >= 16 ? octets.readUInt32BE(12) : 0;
}

describe.runIf(file)('a session meets', () => {
  test.each(quirks.map((quirk) => [quirk.id, quirk] as const))('%s', (id, quirk) => {
    const octets = hex(quirk.hex);
    const isFromMc = ['80', '00000005', '00000102'].some((start) => quirk.hex.slice(8, 16).startsWith(start));
    const isResponse = quirk.hex.slice(8, 10) === '80';
    const isFraming = /framing error/.test(quirk.required);
    const isBind = id.startsWith('bind-long');
    const pair = new CorePair();
    if (isBind) pair.mc.receive(octets, 0);
    else if (id.startsWith('bind-resp')) {
      pair.esme.request(bindPdu() as PduInput, 0, 'bind');
      pair.esme.output();
      octets.writeUInt32BE(1, 12);
      pair.esme.receive(octets, 0);
    } else {
      pair.bind();
      if (isFromMc) pair.esme.receive(octets, 0);
      else pair.mc.receive(octets, 0);
    }
    pair.collect();
    const end = isFromMc && !isBind ? pair.esme : pair.mc;
    const events = isFromMc && !isBind ? pair.esmeEvents : pair.mcEvents;
    if (isFraming) {
      const isOnlyShort = octets.length < 4;
      if (isOnlyShort) end.expire(10_000);
      pair.collect();
      expect(events.at(-1)).toMatchObject({
        kind: 'close',
        reason: isOnlyShort ? 'pdu_read_timeout' : 'framing_error',
      });
      return;
    }
    // Whatever it was, the session answers the next enquire_link.
    const before = end.output();
    end.receive(enquire, 0);
    pair.collect();
    expect(decode(end.output() ?? new Uint8Array(0))).toMatchObject({
      command: 'enquire_link_resp',
      sequence_number: 99,
    });

    if (/reject PDU/.test(quirk.required)) {
      const answer = decode(before ?? new Uint8Array(0));
      expect(answer).toMatchObject({ sequence_number: numberOf(octets) });
      expect((answer as { command_status: number }).command_status).not.toBe(0);
    } else if (id === 'unknown-command') {
      expect(decode(before!)).toMatchObject({
        command: 'generic_nack',
        command_status: status.ESME_RINVCMDID,
        sequence_number: 9,
      });
    } else if (id.startsWith('enquire')) {
      expect(decode(before!)).toMatchObject({
        command: 'enquire_link_resp',
        sequence_number: numberOf(octets),
      });
    } else if (id.startsWith('bind-resp')) {
      expect(events[0]).toMatchObject({ kind: 'response', token: 'bind' });
      expect(end.state).toBe(quirk.hex.slice(16, 24) === '00000000' ? 'bound_trx' : 'open');
    } else if (isBind) expect(events).toMatchObject([{ kind: 'bind' }]);
    else if (isResponse) {
      expect(before).toBeUndefined();
      expect(events.map(({ kind }) => kind)).toEqual(['notice']);
    } else expect(events).toMatchObject([{ kind: 'request' }]);
  });
});

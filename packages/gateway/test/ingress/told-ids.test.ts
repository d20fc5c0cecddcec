/** What a session is told must fit its version, whichever version stored the message; and what it is told is true. */
import {
  decode,
  encode,
  Framer,
  type Pdu,
  type PduInput,
  type PduOf,
  status,
  statusName,
} from '@chappe/protocol';
import { memoryPair, messageIdCharactersMax, type Version } from '@chappe/smpp';
import { afterEach, describe, expect, it } from 'vitest';
import { type Esme, Rig, settled } from '../rig.ts';

let rig: Rig;
afterEach(() => rig.stop());

const later = '000000000100000R';
const source = { source_addr_ton: 5, source_addr: 'ACME' } as const;
const versions: readonly Version[] = [0x33, 0x34, 0x50];
const forms = ['hex', 'uuid', 'decimal', 'hexdec'] as const;

const name = ({ command_status }: { readonly command_status: number }): string =>
  statusName(command_status) ?? String(command_status);

async function begin(messageId: (typeof forms)[number] = 'hex'): Promise<void> {
  const acme = { systemId: 'acme', password: 'secret', messageId };
  rig = await Rig.start({ accounts: { open: false, list: [acme] } });
}

/** 3.3 has no transceiver. */
const bound = (version: Version): Promise<Esme> => rig.esme({ version, bind: 'transmitter' });

/** Asks over a bind of 3.3 for ids that a client of ours would not send there. */
async function askRaw(pdus: readonly PduInput[]): Promise<Pdu[]> {
  const [ours, theirs] = memoryPair();
  const framer = new Framer();
  const answers: Pdu[] = [];
  rig.gateway.accept(theirs);
  ours.start({
    onBytes: (bytes) => {
      framer.push(bytes);
      for (let frame = framer.next(); frame instanceof Uint8Array; frame = framer.next())
        answers.push(decode(frame) as Pdu);
    },
    onDrain: () => undefined,
    onEnd: () => undefined,
  });
  const bind = {
    command: 'bind_transmitter',
    system_id: 'acme',
    password: 'secret',
    interface_version: 0x33,
  };
  const all = [bind as PduInput, ...pdus];
  for (const [index, pdu] of all.entries()) {
    ours.write(encode({ ...pdu, sequence_number: index + 1 }));
    for (let turn = 0; turn < 1_000 && answers.length <= index; turn += 1) await settled();
  }
  return answers.slice(1);
}

const query = (esme: Esme, message_id: string): Promise<PduOf<'query_sm_resp'>> =>
  esme.request<'query_sm'>({ command: 'query_sm', message_id, ...source });

const pairs = versions.flatMap((before) => versions.map((after) => [before, after] as const));

describe.each(pairs)('stored by a session of version %i, replaced by one of %i', (before, after) => {
  it.each(forms)('replaces: one message, every id that was told finds it (%s)', async (form) => {
    await begin(form);
    const first = await bound(before);
    const second = await bound(after);
    const stored = await first.submit({ schedule_delivery_time: later });
    const replaced = await second.submit({
      schedule_delivery_time: later,
      replace_if_present_flag: 1,
      short_message: Buffer.from('second'),
    });
    expect([name(replaced), replaced.message_id.length <= messageIdCharactersMax(after)]).toEqual([
      'ESME_ROK',
      true,
    ]);
    const roomy = await bound(0x34);
    for (const { message_id } of [stored, replaced])
      expect(await query(roomy, message_id)).toMatchObject({ command_status: 0, message_state: 1 });
    await rig.clock.advance(61_000);
    expect(rig.handsets.inbox('447700900123').map(({ text }) => text)).toEqual(['second']);
    for (const { message_id } of [stored, replaced])
      expect(await query(roomy, message_id)).toMatchObject({ command_status: 0, message_state: 2 });
    expect(rig.errors).toEqual([]);
  });
});

it('a message that waits for its handset is replaced as one that waits for its time', async () => {
  await begin();
  const esme = await bound(0x34);
  rig.handsets.setState('447700900123', 'off');
  await esme.submit();
  await rig.clock.advance(500);
  const old = await bound(0x33);
  const ids: string[] = [];
  for (const text of ['a', 'b']) {
    const answer = await old.submit({ replace_if_present_flag: 1, short_message: Buffer.from(text) });
    ids.push(answer.message_id);
    // The attempt that is made at once has failed.
    await rig.clock.advance(500);
  }
  // The id that it got is kept: a second replacement needs no third one.
  expect([ids[0]?.length, ids[1]]).toEqual([8, ids[0]]);
});

describe('a session of 3.3 that asks for a message of 3.4', () => {
  it('is answered with what fits, never with a failure of ours', async () => {
    await begin();
    const esme = await bound(0x34);
    const { message_id } = await esme.submit({
      schedule_delivery_time: later,
      short_message: Buffer.from('x'.repeat(250)),
    });
    const old = await bound(0x33);
    const details = { command: 'query_msg_details', ...source, sm_length: 255 } as const;
    const cancel = { command: 'cancel_sm', ...source, message_id, destination_addr: '447700900123' } as const;
    // Cancelling answers with no id, so any will do.
    expect(await askRaw([{ command: 'query_sm', message_id, ...source }, cancel])).toMatchObject([
      { command: 'query_sm_resp', command_status: status.ESME_RQUERYFAIL, message_id: '' },
      { command: 'cancel_sm_resp', command_status: 0 },
    ]);
    await esme.submit({ schedule_delivery_time: later, short_message: Buffer.from('x'.repeat(250)) });
    expect(
      await old.request<'query_last_msgs'>({ command: 'query_last_msgs', ...source, no_of_messages: 5 }),
    ).toMatchObject({ command_status: 0, message_id: [] });
    // Once it has an id of 3.3, all of it can be told.
    const replaced = await old.submit({ schedule_delivery_time: later, replace_if_present_flag: 1 });
    expect(await query(old, replaced.message_id)).toMatchObject({ command_status: 0, message_state: 1 });
    const told = await old.request<'query_msg_details'>({ ...details, message_id: replaced.message_id });
    expect([name(told), Buffer.from(told.short_message).toString()]).toEqual(['ESME_ROK', 'Hello']);
    expect(rig.errors).toEqual([]);
  });

  it('gets no more of a long text than it takes', async () => {
    await begin();
    const esme = await bound(0x33);
    const roomy = await bound(0x34);
    // Of two segments, as what replaces it.
    const { message_id } = await esme.submit({
      schedule_delivery_time: later,
      data_coding: 8,
      short_message: Buffer.alloc(160, 'x'),
    });
    const replace = { command: 'replace_sm', message_id, ...source, registered_delivery: 1 } as const;
    const replaced = await roomy.request<'replace_sm'>({
      ...replace,
      short_message: Buffer.from('x'.repeat(250)),
    });
    expect(name(replaced)).toBe('ESME_ROK');
    const told = await esme.request<'query_msg_details'>({
      command: 'query_msg_details',
      ...source,
      message_id,
      sm_length: 255,
    });
    expect([name(told), told.short_message.length]).toEqual(['ESME_ROK', 160]);
  });
});

describe('a deferred answer that cannot be given', () => {
  it('is ESME_RSYSERR for that request; others of the same commit are answered', async () => {
    await begin();
    const esme = await bound(0x34);
    // An id that nobody can be told: longer than any version allows.
    const { center } = rig.gateway;
    const submit = center.submit.bind(center);
    center.submit = (drafts, done) =>
      submit(drafts, (error, messages) =>
        done(
          error,
          messages.map((message) =>
            message.destination.digits === '447700900666'
              ? { ...message, publicId: 'x'.repeat(70) }
              : message,
          ),
        ),
      );
    const answers = await Promise.all([
      esme.submit(),
      esme.submit({ destination_addr: '447700900666' }),
      esme.submit({ destination_addr: '447700900777' }),
    ]);
    expect(answers.map(name)).toEqual(['ESME_ROK', 'ESME_RSYSERR', 'ESME_ROK']);
    expect(rig.errors).toHaveLength(1);
    expect((await esme.submit()).command_status).toBe(0);
    rig.errors.length = 0;
  });
});

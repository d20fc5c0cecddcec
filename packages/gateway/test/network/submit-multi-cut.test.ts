/** A submit_multi whose text is cut for each destination: one id stands for all of it, whoever asks about it. */
import { status } from '@chappe/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import { via, World } from './world.ts';

const numbers = ['447700900001', '447700900002'];
let world: World;
let esme: Esme;
beforeEach(async () => {
  world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
  esme = await world.esme();
});
afterEach(() => world.stop());

/** To both numbers, three segments each. */
async function submit(schedule_delivery_time = ''): Promise<string> {
  const { command_status, message_id } = await esme.request<'submit_multi'>({
    command: 'submit_multi',
    source_addr: 'ACME',
    source_addr_ton: 5,
    schedule_delivery_time,
    registered_delivery: 1,
    dest_address: numbers.map((destination_addr) => ({
      dest_flag: 1,
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr,
    })),
    tlvs: [{ name: 'message_payload', value: Buffer.from('x'.repeat(400)) }],
  });
  expect(command_status).toBe(0);
  return message_id;
}

const stateOf = async (message_id: string): Promise<number> =>
  (await esme.request<'query_sm'>({ command: 'query_sm', message_id, source_addr: 'ACME' })).message_state;

const cancel = async (message_id: string, destination_addr = ''): Promise<number> =>
  (
    await esme.request<'cancel_sm'>({
      command: 'cancel_sm',
      message_id,
      source_addr: 'ACME',
      destination_addr,
    })
  ).command_status;

const anHour = '000000010000000R';
const enroute = 1;
const delivered = 2;
const deleted = 4;

describe('query_sm', () => {
  it('does not say that it is delivered before the last destination has it', async () => {
    const id = await submit();
    await world.pass();
    const a = world.centre('a');
    for (const number of numbers) {
      expect(await stateOf(id)).toBe(enroute);
      for (const one of a.submitted)
        if ('destination_addr' in one.pdu && one.pdu.destination_addr === number) await a.receipt(one);
      await world.pass();
    }
    expect(await stateOf(id)).toBe(delivered);
  });
});

describe('query_msg_details', () => {
  it('names the number of a cut text once', async () => {
    const old = await world.esme({ version: 0x33, bind: 'transmitter' });
    const { message_id } = await old.submit({
      destination_addr: '447700900001',
      data_coding: 8,
      short_message: Buffer.alloc(160, 'x'),
    });
    await world.pass();
    expect(world.centre('a').destinations).toEqual(['447700900001', '447700900001']);
    const told = await old.request<'query_msg_details'>({
      command: 'query_msg_details',
      message_id,
      source_addr: '',
      sm_length: 0,
    });
    expect(told).toMatchObject({ command_status: 0, dest_address: [{ destination_addr: '447700900001' }] });
    expect(told.dest_address).toHaveLength(1);
  });
});

describe('cancel_sm', () => {
  it('takes all of it back', async () => {
    const id = await submit(anHour);
    expect(await cancel(id)).toBe(0);
    expect(await stateOf(id)).toBe(deleted);
    await world.pass(2 * 3_600_000);
    expect(world.centre('a').submitted).toEqual([]);
  });

  it.each(numbers)('with a destination takes back what goes there, and nothing else: %s', async (number) => {
    const id = await submit(anHour);
    expect(await cancel(id, number)).toBe(0);
    expect(await cancel(id, '447700900003')).toBe(status.ESME_RCANCELFAIL);
    await world.pass(2 * 3_600_000);
    const others = numbers.filter((other) => other !== number);
    expect(new Set(world.centre('a').destinations)).toEqual(new Set(others));
    expect(world.centre('a').submitted).toHaveLength(3);
  });

  it('over HTTP takes all of it back, too', async () => {
    const id = await submit(anHour);
    const handled = await world.gateway.afterwards.cancel(id);
    expect(handled?.map(({ result }) => result)).toEqual(Array.from({ length: 6 }, () => 'cancelled'));
  });
});

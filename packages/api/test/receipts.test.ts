import { type PduOf, readReceipt } from '@chappe/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';

let rig: ManagedRig;
beforeAll(async () => {
  rig = await startManaged({
    // Told by the operator, so that nothing else is tried.
    change: (given) => ({
      ...given,
      connectors: given.connectors.map((one) => ({
        ...one,
        group: `${one.name}-group`,
        receipts: { ids: 'same' },
      })),
    }),
  });
  await rig.until(() => rig.gateway.network.upstreams.get('op-a')?.isUsable === true);
  await rig.admin('POST', 'ledger/acme/credits', { amount: '10' });
});
afterAll(() => rig.close());

/** A receipt as an upstream sends it; settles with our answer. */
function receive(connector: string, id: string, from: string): Promise<number> {
  const text = `id:${id} sub:001 dlvrd:001 submit date:2607201200 done date:2607201200 stat:DELIVRD err:007 text:x`;
  const pdu = {
    command: 'deliver_sm',
    command_status: 0,
    sequence_number: 1,
    service_type: '',
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: from,
    dest_addr_ton: 5,
    dest_addr_npi: 0,
    destination_addr: 'ACME',
    esm_class: 4,
    protocol_id: 0,
    priority_flag: 0,
    schedule_delivery_time: '',
    validity_period: '',
    registered_delivery: 0,
    replace_if_present_flag: 0,
    data_coding: 0,
    sm_default_msg_id: 0,
    short_message: Buffer.from(text),
    tlvs: [],
  } as unknown as PduOf<'deliver_sm'>;
  const receipt = readReceipt(pdu, { acceptTextOnly: true });
  const upstream = rig.gateway.network.upstreams.get(connector);
  if (receipt === undefined || upstream === undefined) throw new Error('no receipt');
  return new Promise((resolve) => {
    const session = {
      respond: (_: unknown, answer: { command_status: number }) => resolve(answer.command_status),
    };
    rig.gateway.network.correlator.take(pdu, receipt, upstream, session as never);
  });
}

describe('unmatched receipts', () => {
  it('are listed by connector or group, page by page, and thrown away', async () => {
    for (const id of ['X1', 'X2', 'X3']) expect(await receive('op-a', id, '447700900001')).toBe(0);
    await receive('op-b', 'Y1', '447700900002');
    const { json } = await rig.admin('GET', 'receipts/unmatched');
    expect(json.receipts.map(({ ids }: { ids: string[] }) => ids)).toEqual([['Y1'], ['X3'], ['X2'], ['X1']]);
    expect(json).toMatchObject({
      next: null,
      receipts: [
        {
          group: 'op-b-group',
          connector: 'op-b',
          from: '447700900002',
          to: 'ACME',
          stat: 'DELIVRD',
          err: '007',
        },
        {},
        {},
        {},
      ],
    });
    const page = await rig.admin('GET', 'receipts/unmatched?connector=op-a&limit=2');
    expect(page.json.receipts).toMatchObject([{ ids: ['X3'] }, { ids: ['X2'] }]);
    const rest = await rig.admin(
      'GET',
      `receipts/unmatched?connector=op-a-group&limit=2&before=${page.json.next}`,
    );
    expect(rest.json).toMatchObject({ next: null, receipts: [{ ids: ['X1'] }] });
    expect((await rig.admin('GET', 'receipts/unmatched?connector=nothing')).status).toBe(404);
    for (const { id } of json.receipts) {
      expect((await rig.admin('DELETE', `receipts/unmatched/${id}`)).status).toBe(204);
      expect((await rig.admin('DELETE', `receipts/unmatched/${id}`)).status).toBe(404);
    }
    expect((await rig.admin('GET', 'receipts/unmatched')).json.receipts).toEqual([]);
  });

  it('are no other messages', async () => {
    const { json } = await rig.as(keys.acme)('POST', 'messages', { to: '447700900009', text: 'x' });
    expect((await rig.admin('DELETE', `receipts/unmatched/${json.id}`)).status).toBe(404);
  });

  it('find their messages by another form of ids, which is known from then on', async () => {
    const to = '447700900010';
    rig.upstream.simulation.handsets.setState(to, 'off');
    const { json } = await rig.as(keys.acme)('POST', 'messages', { to, text: 'x' });
    const reference = async (): Promise<string | undefined> =>
      (await rig.gateway.center.query({ publicId: json.id }))?.upstreamId;
    await rig.until(async () => (await reference()) !== undefined);
    await receive('op-a', BigInt(`0x${await reference()}`).toString(), to);
    await receive('op-a', 'never', to);
    const none = await rig.admin('POST', 'receipts/unmatched/rematch', { connector: 'op-a', ids: 'same' });
    expect(none.json).toEqual({ matched: 0, left: 2 });
    const found = await rig.admin('POST', 'receipts/unmatched/rematch', {
      connector: 'op-a-group',
      ids: 'hex-dec',
    });
    expect(found.json).toEqual({ matched: 1, left: 1 });
    await rig.until(async () => (await rig.admin('GET', `messages/${json.id}`)).json.state === 'delivered');
    expect(await rig.control.get('receipt-ids', 'op-a-group')).toBe('hex-dec');
    const loose = await rig.admin('POST', 'receipts/unmatched/rematch', { connector: 'op-a', ids: 'loose' });
    expect(loose.json).toEqual({ matched: 0, left: 1 });
    expect(await rig.control.get('receipt-ids', 'op-a-group')).toBe('hex-dec');
  });

  it.each([
    [{ connector: 'nothing' }, 404, 'not_found'],
    [{}, 400, 'missing_field'],
    [{ connector: 'op-a', ids: 'auto' }, 400, 'invalid_field'],
  ])('are not rematched by %j', async (body, status, code) => {
    const answer = await rig.admin('POST', 'receipts/unmatched/rematch', body);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });
});

/** A broadcast of a customer that goes on to an operator, over loopback. */
import { MemoryStore } from '@chappe/center';
import type { ConnectorSettings, RouteSettings } from '@chappe/policy';
import { type PduOf, status, tlv, tlvAll } from '@chappe/protocol';
import { type Operations, SmppClient, SmppServer } from '@chappe/smpp';
import { expect, onTestFinished, test } from 'vitest';
import { Inbox } from '../../../../test/support/inbox.ts';
import { Gateway } from '../../src/index.ts';
import { account, connector, settingsOf, via } from './world.ts';

interface Play {
  readonly customer: SmppClient;
  readonly came: Inbox<PduOf<'broadcast_sm'>>;
  readonly gateway: Gateway;
}

async function play(
  more: Partial<ConnectorSettings> = {},
  routes: readonly RouteSettings[] = [via(['op'], undefined, { price: { perSegment: 5 } })],
  operations: Operations = {},
): Promise<Play> {
  const came = new Inbox<PduOf<'broadcast_sm'>>();
  const bound = new Inbox<true>();
  const server = await SmppServer.listen({
    port: 0,
    authenticate: () => ({ accept: true }),
    operations: {
      ...operations,
      broadcast_sm: (pdu) => {
        came.push(pdu);
        return { message_id: 'cast-1' };
      },
    },
    onBound: () => bound.push(true),
  });
  onTestFinished(() => server.close({ drainMs: 0 }));
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    smpp: { port: 0 },
    settings: settingsOf({
      accounts: [account('acme', { senders: ['ACME'], credit: { mode: 'postpaid' } })],
      connectors: [connector('op', { host: '127.0.0.1', port: server.port, version: '5.0', ...more })],
      routes,
    }),
  });
  onTestFinished(() => gateway.stop({ drainMs: 0 }));
  await bound.next('the bind', () => true);
  const customer = await SmppClient.connect(`smpp://acme:secret@127.0.0.1:${gateway.smppPort}`, {
    reconnect: false,
    version: 0x50,
  });
  onTestFinished(() => customer.destroy());
  return { customer, came, gateway };
}

function cast(customer: SmppClient, source_addr = 'ACME'): Promise<PduOf<'broadcast_sm_resp'>> {
  return customer.request({
    command: 'broadcast_sm',
    source_addr,
    source_addr_ton: 5,
    tlvs: [
      { name: 'broadcast_area_identifier', value: Buffer.from('\0Oslo') },
      { name: 'broadcast_area_identifier', value: Buffer.from('\0Bergen') },
      { name: 'broadcast_content_type', value: Uint8Array.of(0, 0, 0) },
      { name: 'broadcast_rep_num', value: 3 },
      { name: 'broadcast_frequency_interval', value: Uint8Array.of(9, 0, 1) },
      { name: 'message_payload', value: Buffer.from('Storm') },
    ],
  });
}

test('it goes on with its areas, ends as accepted, is paid, and is queried here', async () => {
  const { customer, came, gateway } = await play();
  const response = await cast(customer);
  expect(response.command_status).toBe(0);
  const pdu = await came.next('the broadcast', () => true);
  expect(pdu).toMatchObject({ source_addr: 'ACME', source_addr_ton: 5, replace_if_present_flag: 0 });
  const names = pdu.tlvs.map(({ name }) => name);
  expect(names.filter((name) => name === 'broadcast_area_identifier').length).toBe(2);
  expect(names).toEqual(expect.arrayContaining(['broadcast_rep_num', 'message_payload']));
  const view = await gateway.messages.wait('account:acme state:accepted');
  expect(view.id).toBe(response.message_id);
  expect(gateway.ledger.account('acme').balance).toBe(-5);
  const queried = await customer.request({
    command: 'query_broadcast_sm',
    message_id: response.message_id,
    source_addr: 'ACME',
    source_addr_ton: 5,
  });
  expect(queried.command_status).toBe(0);
});

test('what the operator repeats is asked of the operator, and cancelled there', async () => {
  const asked: unknown[] = [];
  let isCancelled = false;
  const { customer, came, gateway } = await play({}, undefined, {
    query_broadcast_sm: (pdu) => {
      asked.push([pdu.command, pdu.message_id, pdu.source_addr]);
      const areas = [Buffer.from('\0Oslo'), Buffer.from('\0Bergen')];
      return {
        message_id: 'cast-1',
        tlvs: [
          { name: 'message_state', value: isCancelled ? 4 : 1 },
          { name: 'broadcast_area_identifier', value: areas[0]! },
          { name: 'broadcast_area_success', value: 33 },
          { name: 'broadcast_area_identifier', value: areas[1]! },
          { name: 'broadcast_area_success', value: 66 },
          { name: 'congestion_state', value: 99 },
        ],
      };
    },
    cancel_broadcast_sm: (pdu) => {
      asked.push([pdu.command, pdu.message_id, pdu.source_addr]);
      const command_status = isCancelled ? status.ESME_RBCASTCANCELFAIL : 0;
      isCancelled = true;
      return { command_status };
    },
  });
  const { message_id } = await cast(customer);
  await came.next('the broadcast', () => true);
  await gateway.messages.wait('account:acme state:accepted');
  const named = { message_id, source_addr: 'ACME', source_addr_ton: 5 };
  const query = () => customer.request({ command: 'query_broadcast_sm', ...named });
  const cancel = () => customer.request({ command: 'cancel_broadcast_sm', ...named });
  const told = await query();
  expect(told).toMatchObject({ command_status: 0, message_id });
  expect(tlvAll(told, 'broadcast_area_success')).toEqual([33, 66]);
  expect(tlv(told, 'message_state')).toBe(1);
  expect(tlv(told, 'congestion_state')).toBeUndefined();
  expect((await cancel()).command_status).toBe(0);
  expect(tlv(await query(), 'message_state')).toBe(4);
  expect((await cancel()).command_status).toBe(status.ESME_RBCASTCANCELFAIL);
  expect(asked).toEqual([
    ['query_broadcast_sm', 'cast-1', 'ACME'],
    ['cancel_broadcast_sm', 'cast-1', 'ACME'],
    ['query_broadcast_sm', 'cast-1', 'ACME'],
    ['cancel_broadcast_sm', 'cast-1', 'ACME'],
  ]);
});

test('an operator that does not tell how far it has come: that is not known, and nothing is cancelled', async () => {
  const { customer, came, gateway } = await play();
  const { message_id } = await cast(customer);
  await came.next('the broadcast', () => true);
  await gateway.messages.wait('account:acme state:accepted');
  const named = { message_id, source_addr: 'ACME', source_addr_ton: 5 };
  const told = await customer.request({ command: 'query_broadcast_sm', ...named });
  expect(told.command_status).toBe(0);
  expect(tlvAll(told, 'broadcast_area_success')).toEqual([255, 255]);
  expect(await customer.request({ command: 'cancel_broadcast_sm', ...named })).toMatchObject({
    command_status: status.ESME_RBCASTCANCELFAIL,
  });
});

test('rules of the account and the routes hold for it', async () => {
  const { customer, came } = await play({}, [via(['op'], undefined, { to: ['44'] })]);
  expect((await cast(customer, 'EVIL')).command_status).toBe(status.ESME_RINVSRCADR);
  // No route without a destination.
  expect((await cast(customer)).command_status).toBe(status.ESME_RINVDSTADR);
  expect(came.items).toEqual([]);
});

test('an operator of another version does not get it, and nothing says that it was delivered', async () => {
  const { customer, came, gateway } = await play({ version: '3.4' });
  expect((await cast(customer)).command_status).toBe(0);
  await gateway.messages.wait('account:acme state:undeliverable');
  expect(came.items).toEqual([]);
});

/** A submit_multi that goes on as one: over loopback, with an operator that refuses some and names all alike. */
import { MemoryStore } from '@chappe/center';
import { type Pdu, type PduOf, status } from '@chappe/protocol';
import { type Session, SmppClient, SmppServer } from '@chappe/smpp';
import { expect, onTestFinished, test } from 'vitest';
import { Inbox } from '../../../../test/support/inbox.ts';
import { Gateway } from '../../src/index.ts';
import { account, connector, settingsOf, via } from './world.ts';

interface Play {
  readonly customer: SmppClient;
  readonly came: Inbox<Pdu>;
  readonly operator: Session;
  readonly receipts: Inbox<string>;
  readonly gateway: Gateway;
}

type Answer = (pdu: PduOf<'submit_multi'>) => object;

async function play(answer: Answer, submitMulti = true): Promise<Play> {
  const came = new Inbox<Pdu>();
  const bound = new Inbox<Session>();
  let lastId = 0;
  const server = await SmppServer.listen({
    port: 0,
    authenticate: () => ({ accept: true }),
    operations: {
      submit_sm: (pdu) => {
        came.push(pdu);
        return { message_id: `s${++lastId}` };
      },
      submit_multi: (pdu) => {
        came.push(pdu);
        return answer(pdu) as never;
      },
    },
    onBound: (session) => bound.push(session),
  });
  onTestFinished(() => server.close({ drainMs: 0 }));
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    smpp: { port: 0 },
    settings: settingsOf({
      accounts: [account('acme')],
      connectors: [connector('op', { host: '127.0.0.1', port: server.port, submitMulti, window: 1_000 })],
      routes: [via(['op'])],
    }),
  });
  onTestFinished(() => gateway.stop({ drainMs: 0 }));
  const operator = await bound.next('the bind', () => true);
  const receipts = new Inbox<string>();
  const customer = await SmppClient.connect(`smpp://acme:secret@127.0.0.1:${gateway.smppPort}`, {
    reconnect: false,
    operations: {
      deliver_sm: (pdu) => {
        receipts.push(`${pdu.source_addr} ${Buffer.from(pdu.short_message).toString('latin1')}`);
        return {};
      },
    },
  });
  onTestFinished(() => customer.destroy());
  return { customer, came, operator, receipts, gateway };
}

function submit(customer: SmppClient, numbers: readonly string[]): Promise<PduOf<'submit_multi_resp'>> {
  return customer.request({
    command: 'submit_multi',
    source_addr: 'ACME',
    source_addr_ton: 5,
    registered_delivery: 1,
    short_message: Buffer.from('Hello all'),
    dest_address: numbers.map((destination_addr) => ({
      dest_flag: 1 as const,
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr,
    })),
  });
}

const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `4477009${String(at).padStart(5, '0')}`);

function toldOf(pdu: Pdu): readonly string[] {
  if (pdu.command !== 'submit_multi') return [];
  return pdu.dest_address.map((one) => ('destination_addr' in one ? one.destination_addr : ''));
}

test('one request goes on; who is refused fails alone, the others have their receipts by their handset', async () => {
  const [good = '', bad = '', other = ''] = numbers(3);
  const { customer, came, operator, receipts } = await play(() => ({
    message_id: 'all',
    unsuccess_sme: [
      {
        dest_addr_ton: 0,
        dest_addr_npi: 0,
        destination_addr: bad,
        error_status_code: status.ESME_RINVDSTADR,
      },
    ],
  }));
  const response = await submit(customer, [good, bad, other]);
  expect(response).toMatchObject({ command_status: 0, unsuccess_sme: [] });
  const pdu = await came.next('the request', () => true);
  expect(toldOf(pdu)).toEqual([good, bad, other]);
  expect(pdu).toMatchObject({ source_addr: 'ACME', registered_delivery: 1 });
  await receipts.next('the refusal', (text) => text.startsWith(`${bad} `) && text.includes('stat:REJECTD'));
  for (const [handset, stat] of [
    [other, 'UNDELIV'],
    [good, 'DELIVRD'],
  ] as const) {
    const answer = await operator.request({
      command: 'deliver_sm',
      esm_class: 4,
      source_addr: handset,
      source_addr_ton: 1,
      source_addr_npi: 1,
      destination_addr: 'ACME',
      short_message: Buffer.from(
        `id:all sub:001 dlvrd:001 submit date:2607201200 done date:2607201201 stat:${stat} err:000 text:`,
      ),
    });
    expect(answer.command_status).toBe(0);
    const text = await receipts.next(`of ${handset}`, (one) => one.startsWith(`${handset} `));
    expect(text).toContain(`id:${response.message_id} `);
    expect(text).toContain(`stat:${stat}`);
  }
  expect(came.items.length).toBe(1);
});

test('254 go in one; a request that is refused whole is refused for all', async () => {
  const { customer, came, receipts } = await play(() => ({ command_status: status.ESME_RSUBMITFAIL }));
  // A 3.4 customer may name 254 at once; a 5.0 customer 255.
  await submit(customer, numbers(254));
  expect(toldOf(await came.next('the request', () => true)).length).toBe(254);
  for (const number of numbers(254)) {
    await receipts.next(`of ${number}`, (text) => text.startsWith(`${number} `) && text.includes('REJECTD'));
  }
});

test('without the setting each goes by itself', async () => {
  const { customer, came } = await play(() => ({ command_status: status.ESME_RSYSERR }), false);
  await submit(customer, numbers(3));
  for (const number of numbers(3)) {
    await came.next(number, (pdu) => pdu.command === 'submit_sm' && pdu.destination_addr === number);
  }
});

test('one destination is a submit_sm', async () => {
  const { customer, came } = await play(() => ({ command_status: status.ESME_RSYSERR }));
  await submit(customer, numbers(1));
  expect((await came.next('the request', () => true)).command).toBe('submit_sm');
});

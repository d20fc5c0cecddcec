/** cancel_sm for a message that an operator has, over loopback. */
import { MemoryStore } from '@chappe/center';
import { type PduOf, status } from '@chappe/protocol';
import { type Session, SmppClient, SmppServer } from '@chappe/smpp';
import { expect, onTestFinished, test } from 'vitest';
import { Inbox } from '../../../../test/support/inbox.ts';
import { Gateway } from '../../src/index.ts';
import { account, connector, settingsOf, via } from './world.ts';

interface Play {
  readonly customer: SmppClient;
  readonly operator: Session;
  readonly cancels: Inbox<PduOf<'cancel_sm'>>;
  readonly receipts: Inbox<string>;
  readonly gateway: Gateway;
}

async function play(cancelStatus: number): Promise<Play> {
  const cancels = new Inbox<PduOf<'cancel_sm'>>();
  const bound = new Inbox<Session>();
  const server = await SmppServer.listen({
    port: 0,
    authenticate: () => ({ accept: true }),
    operations: {
      // Not as it is kept here: with zeros before it and in capitals.
      submit_sm: () => ({ message_id: '00AB' }),
      cancel_sm: (pdu) => {
        cancels.push(pdu);
        return { command_status: cancelStatus };
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
      connectors: [
        connector('op', {
          host: '127.0.0.1',
          port: server.port,
          senderRules: [{ from: 'ACME', replaceBy: '447700900000' }],
        }),
      ],
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
        receipts.push(Buffer.from(pdu.short_message).toString('latin1'));
        return {};
      },
    },
  });
  onTestFinished(() => customer.destroy());
  return { customer, operator, cancels, receipts, gateway };
}

async function sent({ customer, gateway }: Play): Promise<string> {
  const steps = new Inbox<string>();
  gateway.events.subscribe((event) => {
    if ('step' in event) steps.push(event.step);
  });
  const { message_id } = await customer.request({
    command: 'submit_sm',
    source_addr: 'ACME',
    source_addr_ton: 5,
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: '447700900123',
    registered_delivery: 1,
    short_message: Buffer.from('Hello'),
  });
  await steps.next('the step', (step) => step === 'sent');
  return message_id;
}

function cancel({ customer }: Play, message_id: string): Promise<PduOf<'cancel_sm_resp'>> {
  return customer.request({
    command: 'cancel_sm',
    message_id,
    source_addr: 'ACME',
    source_addr_ton: 5,
    destination_addr: '447700900123',
  });
}

function deleted(operator: Session): Promise<PduOf<'deliver_sm_resp'>> {
  return operator.request({
    command: 'deliver_sm',
    esm_class: 4,
    source_addr: '447700900123',
    source_addr_ton: 1,
    source_addr_npi: 1,
    destination_addr: '447700900000',
    short_message: Buffer.from(
      'id:00AB sub:001 dlvrd:000 submit date:2607201200 done date:2607201201 stat:DELETED err:000 text:',
    ),
  });
}

test('the operator is asked by its own id and sender; what it agrees to has ended, once', async () => {
  const one = await play(0);
  const id = await sent(one);
  expect((await cancel(one, id)).command_status).toBe(0);
  expect(await one.cancels.next('the cancel_sm', () => true)).toMatchObject({
    message_id: '00AB',
    source_addr: '447700900000',
    destination_addr: '447700900123',
  });
  expect(await one.gateway.messages.get(id)).toMatchObject({ state: 'deleted' });
  await one.receipts.next('the receipt', (text) => text.includes('stat:DELETED'));
  expect((await deleted(one.operator)).command_status).toBe(0);
  const [op] = one.gateway.network.upstreams.list();
  expect(op?.counters).toMatchObject({ receiptsRepeated: 1, receiptsUnmatched: 0 });
});

test('what the operator keeps goes on', async () => {
  const one = await play(status.ESME_RCANCELFAIL);
  const id = await sent(one);
  expect((await cancel(one, id)).command_status).toBe(status.ESME_RCANCELFAIL);
  expect(one.cancels.items.length).toBe(1);
  expect(await one.gateway.messages.get(id)).toMatchObject({ state: 'enroute' });
});

/** Makes everything happen for real that there is an event for, in simulated time, and gives what is told of it. */
import { type EventBody, eventBodyOf, type GatewayEvent } from '@chappe/gateway';
import { memoryPair, SmppServer, type Transport } from '@chappe/smpp';
import type { Context } from '../../packages/api/src/context.ts';
import { EventStream, type StreamedEvent } from '../../packages/api/src/event-stream.ts';
import { shortened } from '../../packages/api/src/list-text.ts';
import type { Answer } from '../../packages/api/src/route.ts';
import { tracePdus } from '../../packages/api/src/routes/trace.ts';
import type { Message } from '../../packages/center/src/index.ts';
import { webhookEvent } from '../../packages/gateway/src/webhooks/event.ts';
import { account, connector, via, World } from '../../packages/gateway/test/network/world.ts';
import { SimulatedClock, settled } from '../../packages/gateway/test/rig.ts';

/** What was told. */
export interface Told {
  /** In the stream of events, by type. */
  readonly streamed: ReadonlyMap<string, StreamedEvent>;
  /** To a webhook, by type. */
  readonly posted: ReadonlyMap<string, EventBody>;
}

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const settings = {
  accounts: [account('acme'), account('web', { receipts: { webhook: 'crm', tlvs: 'all' } })],
  connectors: [
    connector('op-a', { breaker: { failures: 2, pauseMs: 5_000 } }),
    connector('op-b'),
    connector('op-c', { version: '5.0' }),
  ],
  routes: [
    via(['op-a'], undefined, { name: 'uk', to: ['44'] }),
    via(['op-b'], undefined, { name: 'de', to: ['49'] }),
    via(['handsets'], undefined, { name: 'phones', to: ['33'] }),
    via(['op-c'], undefined, { name: 'broadcasts', from: ['CITY'] }),
  ],
  mo: [
    { name: 'hook', to: ['70000'], action: { kind: 'webhook', webhook: 'crm' } },
    { name: 'acme', action: { kind: 'accounts', accounts: ['acme'], spread: 'round-robin' } },
  ],
  // Nobody listens there: what is to be posted is looked at before.
  webhooks: [
    { name: 'crm', url: 'http://127.0.0.1:9/', secret, allowPrivate: true },
    { name: 'erp', url: 'http://127.0.0.1:9/', secret, allowPrivate: true, failureLimit: 2 },
  ],
  pumping: { sequential: 5 },
} as const;

/** Plays it all. */
export async function happenings(): Promise<Told> {
  const streamed = new Map<string, StreamedEvent>();
  const posted = new Map<string, EventBody>();
  const note = (event: GatewayEvent): void => {
    const body = eventBodyOf(event, { shown: shortened });
    if (!streamed.has(body.type)) streamed.set(body.type, body);
    if ('step' in event && event.message.lane === 'webhook:crm') post(event.message);
  };
  const post = (message: Message): void => {
    const body = webhookEvent(message);
    if (!posted.has(body.type)) posted.set(body.type, body);
  };
  const clock = new SimulatedClock();
  const operator = await broadcaster(clock);
  const world = await World.start(settings as never, {
    given: { clock, centres: new Map() } as unknown as World,
    receiptValidityMs: 60_000,
    beforeOpen: (given) => {
      given.centre('op-a').isDown = true;
      given.lead('op-c', operator.connect);
    },
  });
  world.gateway.events.subscribe(note);
  try {
    await play(world, streamed);
  } finally {
    await world.stop();
    await operator.close();
  }
  for (const event of await skipped(world)) streamed.set(event.type, event);
  return { streamed, posted };
}

async function play(world: World, streamed: Map<string, StreamedEvent>): Promise<void> {
  const a = world.centre('op-a');
  const has =
    (type: string): (() => boolean) =>
    () =>
      streamed.has(type);
  await world.until(has('connector.failed'));
  a.isDown = false;
  await world.until(has('connector.bound'));
  await world.esme({ password: 'wrong' }).catch(() => undefined);
  let receiptStatus = 0;
  const esme = await world.esme({ answer: () => ({ command_status: receiptStatus }) });
  const pdus = await traced(world, 'op-a');

  // Delivered, with a receipt that the account takes at the third attempt.
  receiptStatus = 0x14;
  await esme.submit();
  await world.until(() => a.submitted.length === 1);
  await a.receipt(a.last);
  await world.until(has('receipt.delayed'));
  receiptStatus = 0;
  await world.until(has('receipt.delivered'));
  for (const event of pdus()) if (!streamed.has(event.type)) streamed.set(event.type, event);

  // Failed, with a receipt that the account will not have.
  receiptStatus = 0x65;
  await esme.submit();
  await world.until(() => a.submitted.length === 2);
  await a.receipt(a.last, { stat: 'UNDELIV', err: '0x1B' });
  await world.until(has('receipt.failed'));
  receiptStatus = 0;

  // Two failures in a row open the breaker; what goes well closes it.
  a.react = () => ({ status: 0x08 });
  await esme.submit();
  await esme.submit();
  await world.until(has('breaker.opened'));
  a.react = () => ({});
  await world.until(has('breaker.closed'));

  await broadcast(world);
  await world.until(has('message.ended'));

  // What waits for an operator that is away: replaced, expired, and stranded when its connector goes.
  world.centre('op-b').cut();
  await world.until(has('connector.unbound'));
  const waits = { destination_addr: '491701234567', validity_period: '000000000030000R' };
  const { message_id } = await esme.submit(waits);
  const short_message = Buffer.from('Other');
  await esme.request({
    command: 'replace_sm',
    source_addr: 'ACME',
    source_addr_ton: 5,
    message_id,
    short_message,
  });
  await world.until(has('message.expired'));

  await esme.submit({ destination_addr: '991' });
  await esme.submit({ destination_addr: '33612345678' });
  await world.until(has('handset.received'));
  await a.deliver({ source_addr: '447700900123', destination_addr: '60100', text: 'Hi' });
  await a.deliver({
    source_addr: '447700900123',
    destination_addr: '70000',
    text: 'STOP',
    tlvs: [{ tag: 0x1400, value: Buffer.from('x') }],
  });
  for (let number = 0; number < 6; number += 1)
    await esme.submit({ destination_addr: `44770090000${number}` });
  await world.until(has('pumping.detected'));

  const erp = world.gateway.network.webhook('erp');
  erp?.health.failed('status=500');
  erp?.health.failed('status=500');
  erp?.health.switchOn();
  await erp?.postTest();

  const web = await world.esme({ systemId: 'web' });
  await web.submit();
  await world.until(() => a.last.pdu.source_addr === 'ACME' && a.submitted.length > 3);
  await world.pass(100);
  await a.receipt(a.last, { more: [{ tag: 0x1403, value: Buffer.from('23410') }] });

  await esme.submit();
  await world.pass(100);
  const last = a.last;
  await esme.drop();
  await a.receipt(last);
  await esme.submit({ destination_addr: '491701234567' }).catch(() => undefined);
  await web.submit({ destination_addr: '491701234567' });
  await world.until(has('receipt.expired'), 1_000);
  await world.gateway.apply({ ...world.gateway.settings, connectors: [connector('op-a')], routes: [] });
  await world.until(has('connector.stranded'));
}

/** An operator that takes broadcasts. */
async function broadcaster(clock: World['clock']): Promise<{ connect(): Transport; close(): Promise<void> }> {
  const server = await SmppServer.listen({
    port: 0,
    clock,
    authenticate: () => ({ accept: true }),
    operations: { broadcast_sm: () => ({ message_id: 'cast-1' }) },
  });
  const connect = (): Transport => {
    const [ours, theirs] = memoryPair();
    server.accept(theirs);
    return ours;
  };
  return { connect, close: () => server.close({ drainMs: 0 }) };
}

async function broadcast(world: World): Promise<void> {
  const city = await world.esme({ version: 0x50 });
  await city.request({
    command: 'broadcast_sm',
    source_addr: 'CITY',
    source_addr_ton: 5,
    tlvs: [
      { name: 'broadcast_area_identifier', value: Buffer.from('\0Oslo') },
      { name: 'broadcast_content_type', value: Uint8Array.of(0, 0, 0) },
      { name: 'broadcast_rep_num', value: 1 },
      { name: 'broadcast_frequency_interval', value: Uint8Array.of(9, 0, 1) },
      { name: 'message_payload', value: Buffer.from('Storm') },
    ],
  });
}

/** What a reader of PDUs of a connector is told from now on. */
async function traced(world: World, name: string): Promise<() => StreamedEvent[]> {
  const context = { gateway: world.gateway, clock: world.clock, closing: new AbortController().signal };
  const answer = tracePdus(context as unknown as Context).handle({
    params: {},
    query: { connector: name },
    body: undefined,
    header: () => undefined,
    signal: context.closing,
    caller: { kind: 'key', name: 'x', role: 'admin' },
    isStillAllowed: () => true,
  } as never) as Answer;
  await settled();
  const stream = answer.body as EventStream;
  return () => {
    stream.end();
    return eventsOf(String(stream.read()));
  };
}

/** What a reader is told that has not read for a while. */
async function skipped({ clock }: World): Promise<StreamedEvent[]> {
  const stream = new EventStream(clock);
  const event = { version: 1, type: 'message.sent', time: '', data: {} };
  for (let count = 0; count < 1_212; count += 1) stream.offer(() => event);
  stream.end();
  return eventsOf(String(stream.read())).filter(({ type }) => type === 'stream.skipped');
}

function eventsOf(text: string): StreamedEvent[] {
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, json]) => JSON.parse(json as string) as StreamedEvent);
}

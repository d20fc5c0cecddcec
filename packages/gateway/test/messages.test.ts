import { startSandbox } from '@chappe/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rig, settled } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.stop());

const to = '447700900123';

describe('submitting without SMPP', () => {
  it('walks the same road and gives its receipt to the account', async () => {
    const esme = await rig.esme();
    const sent = await rig.gateway.submit({
      account: 'acme',
      from: 'ACME',
      to: `+${to}`,
      text: 'Hi',
      receipt: 'final',
    });
    expect(sent).toMatchObject({ segments: 1, coding: 'gsm7', state: 'enroute' });
    await rig.clock.advance(200);
    expect(rig.handsets.inbox(to)).toMatchObject([{ text: 'Hi', from: 'ACME' }]);
    expect(esme.texts[0]).toContain(`id:${sent.ids[0]} `);
    expect(esme.deliveries[0]).toMatchObject({ source_addr: to, source_addr_ton: 1 });
  });

  it('a long text is one message of several segments', async () => {
    const text = 'Schöne Grüße '.repeat(30);
    const sent = await rig.gateway.submit({ account: 'acme', to, text, clientReference: 'order-7' });
    expect(sent.segments).toBe(3);
    expect(new Set(sent.ids).size).toBe(3);
    await rig.clock.advance(200);
    expect(rig.handsets.inbox(to)).toMatchObject([{ text, total: 3 }]);
    for (const id of sent.ids) {
      const view = await rig.gateway.messages.get(id);
      expect(view).toMatchObject({ id: sent.ids[0], text, state: 'delivered', clientReference: 'order-7' });
      expect(view?.segments.map((segment) => segment.id)).toEqual(sent.ids);
    }
    const found = await rig.gateway.messages.search('ref:order-7');
    expect(found.messages.map(({ id }) => id)).toEqual([sent.ids[0]]);
  });

  it('octets, hexadecimal, UCS-2, payload, flash, TLVs, schedule', async () => {
    const service = await rig.esme({ addressRange: '4455' });
    await rig.gateway.submit({ account: 'x', to: '4455000', hex: '00 ff' });
    await rig.gateway.submit({ account: 'x', to: '4455000', bytes: Uint8Array.of(1, 2) });
    await rig.gateway.submit({ account: 'x', to: '4455000', text: '😀', messageClass: 0 });
    await rig.gateway.submit({ account: 'x', to: '4455000', text: 'x'.repeat(400), longMessage: 'payload' });
    await rig.gateway.submit({
      account: 'x',
      to: '4455000',
      text: 'T',
      tlvs: [{ tag: 0x1400, value: Uint8Array.of(9) }],
      scheduleAtMs: rig.clock.nowMs() + 5_000,
    });
    await settled();
    expect(service.deliveries.map(({ data_coding }) => data_coding)).toEqual([4, 4, 0x18, 0]);
    expect(service.deliveries[3]?.tlvs).toMatchObject([{ name: 'message_payload' }]);
    await rig.clock.advance(6_000);
    expect(service.deliveries[4]?.tlvs).toMatchObject([{ tag: 0x1400 }]);
  });

  it.each([
    ['to', { to: '' }],
    ['to', { to: '4'.repeat(21) }],
    ['to', { to: '447705550006' }],
    ['from', { from: 'A name that is too long' }],
    ['text', { text: undefined }],
    ['text', { text: 'x'.repeat(50_000) }],
    ['hex', { text: undefined, hex: 'xy' }],
    ['clientReference', { clientReference: 'x'.repeat(129) }],
    ['scheduleAtMs', { scheduleAtMs: Date.UTC(2030, 0, 1) }],
    ['validityMs', { validityMs: -1 }],
    ['coding', { text: '漢字', coding: 'gsm7' as const }],
    ['serviceType', { serviceType: 'TOOLONG' }],
  ])('refuses a bad %s', async (field, changed) => {
    const input = { account: 'acme', to, text: 'Hi', ...changed };
    await expect(rig.gateway.submit(input)).rejects.toMatchObject({ code: 'CHAPPE_GATEWAY_INVALID', field });
  });

  it('says throttled for the magic number', async () => {
    const input = { account: 'acme', to: '447705550007', text: 'Hi' };
    await expect(rig.gateway.submit(input)).rejects.toMatchObject({ code: 'CHAPPE_GATEWAY_THROTTLED' });
  });
});

describe('searching', () => {
  it('pages through, newest first, each message once', async () => {
    for (let i = 0; i < 7; i += 1) {
      await rig.gateway.submit({
        account: 'acme',
        to: `44770090000${i}`,
        text: i === 3 ? 'y'.repeat(200) : 'x',
      });
    }
    const first = await rig.gateway.messages.search('account:acme', { limit: 4 });
    const second = await rig.gateway.messages.search('account:acme', { limit: 10, cursor: first.next });
    expect(first.messages).toHaveLength(4);
    expect([...first.messages, ...second.messages].map((message) => message.to.at(-1)).join('')).toBe(
      '6543210',
    );
    expect(second.next).toBeUndefined();
  });

  it('judges a long message as a whole', async () => {
    await rig.stop();
    rig = await Rig.start({ handsets: { delayMs: [0, 1_000], seed: 3 } });
    const text = 'a word and another '.repeat(30);
    const sent = await rig.gateway.submit({ account: 'acme', to, text });
    const delivered = rig.gateway.messages.wait('state:delivered', { timeoutMs: 60_000 });
    await rig.clock.advance(600);
    const some = await rig.gateway.messages.get(sent.ids[0] ?? '');
    expect(new Set(some?.segments.map(({ state }) => state))).toEqual(new Set(['delivered', 'enroute']));
    expect((await rig.gateway.messages.search('state:delivered')).messages).toEqual([]);
    expect((await rig.gateway.messages.search('state:enroute')).messages).toHaveLength(1);
    await rig.clock.advance(1_000);
    const view = await delivered;
    expect(view.segments.map(({ state }) => state)).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'delivered',
    ]);
    expect((await rig.gateway.messages.search('state:delivered')).messages).toHaveLength(1);
    expect((await rig.gateway.messages.search('-state:delivered')).messages).toEqual([]);
    expect((await rig.gateway.messages.search(`id:${sent.ids[2]}`)).messages).toMatchObject([
      { id: sent.ids[0] },
    ]);
  });

  it('shows each destination of a submit_multi, and its id shows all', async () => {
    const esme = await rig.esme();
    const { message_id } = await esme.request<'submit_multi'>({
      command: 'submit_multi',
      dest_address: ['4477001', '4477002'].map((destination_addr) => ({
        dest_flag: 1 as const,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr,
      })),
    });
    expect((await rig.gateway.messages.search('')).messages.map((message) => message.to)).toEqual([
      '4477002',
      '4477001',
    ]);
    expect((await rig.gateway.messages.search('to:4477002')).messages).toMatchObject([{ to: '4477002' }]);
    const whole = await rig.gateway.messages.get(message_id);
    expect(whole?.segments.map((segment) => segment.to)).toEqual(['4477001', '4477002']);
  });

  it('leaves receipts out unless they are asked for', async () => {
    const tx = await rig.esme({ bind: 'transmitter' });
    await tx.submit();
    await rig.clock.advance(200);
    expect((await rig.gateway.messages.search('')).messages.map(({ kind }) => kind)).toEqual(['mt']);
    expect((await rig.gateway.messages.search('kind:receipt')).messages.map(({ kind }) => kind)).toEqual([
      'receipt',
    ]);
  });
});

describe('waiting', () => {
  it('gives what is there at once, and what comes when it comes', async () => {
    const sent = await rig.gateway.submit({ account: 'acme', to, text: 'code 1234' });
    expect(await rig.gateway.messages.wait(`to:${to}`)).toMatchObject({ id: sent.ids[0], state: 'enroute' });
    const delivered = rig.gateway.messages.wait(`to:${to} state:delivered code`);
    await rig.clock.advance(200);
    expect(await delivered).toMatchObject({ id: sent.ids[0], state: 'delivered' });
  });

  it('ends with its time or its signal, and leaves nothing behind', async () => {
    const late = rig.gateway.messages.wait('to:1', { timeoutMs: 1_000 });
    const aborted = new AbortController();
    const stopped = rig.gateway.messages.wait('to:1', { timeoutMs: 60_000, signal: aborted.signal });
    const expected = [
      expect(late).rejects.toMatchObject({ code: 'CHAPPE_GATEWAY_TIMEOUT' }),
      expect(stopped).rejects.toMatchObject({ code: 'CHAPPE_GATEWAY_ABORTED' }),
    ];
    await rig.clock.advance(1_001);
    aborted.abort();
    await Promise.all(expected);
    const { gateway } = rig;
    expect((gateway.events as unknown as { isHeard: boolean }).isHeard).toBe(false);
  });
});

describe('events', () => {
  it('tell binds, steps of messages and what handsets show', async () => {
    const told: string[] = [];
    const stop = rig.gateway.events.subscribe((event) => {
      told.push(event.type);
    });
    const esme = await rig.esme();
    await esme.submit();
    await rig.clock.advance(200);
    await esme.drop();
    await settled();
    expect(told).toEqual([
      'session.bound',
      'message.accepted',
      'handset.received',
      'message.delivered',
      'receipt.created',
      'receipt.delivered',
      'session.unbound',
    ]);
    stop();
    await rig.esme();
    expect(told).toHaveLength(7);
  });

  it('a listener that throws disturbs nobody', async () => {
    rig.gateway.events.subscribe(() => {
      throw new Error('listener');
    });
    const sent = await rig.gateway.submit({ account: 'acme', to, text: 'Hi' });
    expect(sent.ids).toHaveLength(1);
    expect(rig.errors.length).toBeGreaterThan(0);
  });
});

describe('startSandbox', () => {
  it('is a whole centre over TCP in a test', async () => {
    const { SmppClient } = await import('@chappe/smpp');
    await using sandbox = await startSandbox();
    expect(sandbox.url).toBe(`smpp://127.0.0.1:${sandbox.port}`);
    const receipts: string[] = [];
    const client = await SmppClient.connect(`smpp://me:pw@127.0.0.1:${sandbox.port}`, {
      reconnect: false,
      operations: {
        deliver_sm: (pdu) => {
          receipts.push(Buffer.from(pdu.short_message).toString());
          return {};
        },
      },
    });
    const { message_id } = await client.request<'submit_sm'>({
      command: 'submit_sm',
      destination_addr: to,
      registered_delivery: 1,
      short_message: Buffer.from('Hello'),
    });
    const message = await sandbox.waitForMessage(`to:${to} state:delivered`);
    expect(message).toMatchObject({ id: message_id, text: 'Hello' });
    expect(sandbox.phone(to).inbox()).toMatchObject([{ text: 'Hello' }]);
    await sandbox.phone(to).send('Hi yourself', '777');
    await sandbox.waitForMessage((one) => one.kind === 'mo' && one.state === 'delivered');
    expect(receipts.at(-1)).toBe('Hi yourself');
    expect(await sandbox.messages()).toHaveLength(2);
    await client.close();
  });
});

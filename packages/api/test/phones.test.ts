import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bind } from './esme.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

const phone = '/api/v1/phones/447700900001';

describe('POST /api/v1/phones/{msisdn}/messages', () => {
  it('reaches the bind that serves the number', async () => {
    const esme = await bind(rig.box.port, 'acme', '60100');
    const { status, json } = await rig.post(`${phone}/messages`, { to: '60100', text: 'STOP' });
    expect(status).toBe(202);
    expect(json.ids).toEqual([json.id]);
    const pdu = await esme.delivery();
    expect(pdu).toMatchObject({ source_addr: '447700900001', destination_addr: '60100' });
    expect(Buffer.from(pdu.short_message).toString()).toBe('STOP');
    const { json: message } = await rig.until(json.id, 'delivered');
    expect(message).toMatchObject({
      kind: 'mo',
      account: 'acme',
      from: '447700900001',
      to: '60100',
      text: 'STOP',
    });
    await esme.close();
  });

  it('waits for the account when nobody is bound', async () => {
    const { json } = await rig.post(`${phone}/messages`, { to: '60100', text: 'later', account: 'acme' });
    const { json: message } = await rig.get(`/api/v1/messages/${json.id}`);
    expect(message).toMatchObject({ kind: 'mo', account: 'acme', state: 'enroute' });
  });

  it('takes octets and long texts', async () => {
    const octets = await rig.post(`${phone}/messages`, { to: '60100', hex: '0a0b' });
    expect((await rig.get(`/api/v1/messages/${octets.json.id}`)).json).toMatchObject({
      text: null,
      hex: '0a0b',
    });
    const long = await rig.post(`${phone}/messages`, { to: '60100', text: 'x'.repeat(400) });
    expect(long.json.ids).toHaveLength(3);
  });

  it.each([
    [`${phone}/messages`, { to: '60100' }, 'missing_field', 'text'],
    [`${phone}/messages`, { text: 'x' }, 'missing_field', 'to'],
    [`${phone}/messages`, { to: '60100', text: 'x', from: '1' }, 'unknown_field', 'from'],
    [`${phone}/messages`, { to: ['60100'], text: 'x' }, 'invalid_field', 'to'],
    ['/api/v1/phones/ACME/messages', { to: '60100', text: 'x' }, 'invalid_parameter', 'msisdn'],
    [
      '/api/v1/phones/123456789012345678901/messages',
      { to: '60100', text: 'x' },
      'invalid_parameter',
      'msisdn',
    ],
  ])('%s %j is %s %s', async (url, body, code, field) => {
    const { status, json } = await rig.post(url, body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code, field });
  });
});

describe('GET /api/v1/phones/{msisdn}/messages', () => {
  it('shows what came, oldest first, the long ones joined', async () => {
    const long = 'long '.repeat(50);
    for (const text of ['one', long])
      await rig.until(await rig.submit('447700900001', text, { from: 'ACME' }), 'delivered');
    // Each segment is delivered by itself; the handset shows the text with the last one.
    await rig.until(
      (await rig.get('/api/v1/messages?to=447700900001')).json.messages[0].segments.at(-1).id,
      'delivered',
    );
    const { status, json } = await rig.get(`${phone}/messages`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ msisdn: '447700900001', state: 'on' });
    expect(json.messages.map(({ text }: { text: string }) => text)).toEqual(['one', long]);
    expect(json.messages[1]).toMatchObject({
      from: 'ACME',
      to: '447700900001',
      totalSegments: 2,
      flash: false,
      hex: null,
    });
    expect(json.messages[1].segments.map(({ sequence }: { sequence: number }) => sequence)).toEqual([1, 2]);
  });

  it('shows octets in hexadecimal, and flash', async () => {
    await rig.until(await rig.submit('447700900001', 'now', { messageClass: 0 }), 'delivered');
    const { json } = await rig.post('/api/v1/messages', { to: '447700900001', hex: 'DEADBEEF' });
    await rig.until(json.id, 'delivered');
    const { messages } = (await rig.get(`${phone}/messages`)).json;
    expect(messages[0]).toMatchObject({ text: 'now', flash: true });
    expect(messages[1]).toMatchObject({ text: null, hex: 'deadbeef' });
  });

  it('is empty for a number that nobody wrote to, with or without plus', async () => {
    const { status, json } = await rig.get('/api/v1/phones/+447700900099/messages');
    expect(status).toBe(200);
    expect(json).toEqual({ msisdn: '447700900099', state: 'on', messages: [], next: null });
  });

  it('gives the newest of many', async () => {
    for (const text of ['one', 'two', 'three'])
      await rig.until(await rig.submit('447700900001', text), 'delivered');
    const { json } = await rig.get(`${phone}/messages?limit=2`);
    expect(json.messages.map(({ text }: { text: string }) => text)).toEqual(['two', 'three']);
    expect((await rig.get(`${phone}/messages?limit=1001`)).json.field).toBe('limit');
  });
});

describe('PUT /api/v1/phones/{msisdn}/state', () => {
  it.each([
    ['off', 27],
    ['busy', 31],
    ['full', 32],
  ])('%s keeps messages away until it is on', async (state, error) => {
    const switched = await rig.put(`${phone}/state`, { state });
    expect(switched.status).toBe(200);
    expect(switched.json).toEqual({ msisdn: '447700900001', state, messages: 0 });
    const failed = Promise.withResolvers<number>();
    rig.box.subscribe((event) => {
      if ('step' in event && event.message.attempts > 0) failed.resolve(event.message.error);
    });
    const id = await rig.submit('447700900001', 'are you there');
    expect(await failed.promise).toBe(error);
    expect((await rig.put(`${phone}/state`, { state: 'on' })).json.state).toBe('on');
    await rig.until(id, 'delivered');
    expect((await rig.get(`${phone}/messages`)).json.messages).toHaveLength(1);
  });

  it.each([
    [{ state: 'asleep' }, 'invalid_field', 'state'],
    [{}, 'missing_field', 'state'],
    [{ status: 'on' }, 'unknown_field', 'status'],
  ])('%j is %s', async (body, code, field) => {
    const { status, json } = await rig.put(`${phone}/state`, body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code, field });
  });
});

describe('GET /api/v1/phones', () => {
  it('lists handsets that something happened to', async () => {
    await rig.until(await rig.submit('447700900001', 'hello'), 'delivered');
    await rig.put('/api/v1/phones/447700900002/state', { state: 'busy' });
    const { json } = await rig.get('/api/v1/phones');
    expect(json.phones).toHaveLength(2);
    expect(json.phones).toContainEqual({ msisdn: '447700900001', state: 'on', messages: 1 });
    expect(json.phones).toContainEqual({ msisdn: '447700900002', state: 'busy', messages: 0 });
    expect((await rig.get('/api/v1/phones?limit=1')).json.phones).toHaveLength(1);
    expect((await rig.get('/api/v1/phones?limit=0')).status).toBe(400);
  });
});

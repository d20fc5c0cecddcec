import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { patient } from '../../../test/support/patience.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const url = '/api/v1/messages';

describe('POST /api/v1/messages', () => {
  it('takes a text, says where it is, and the handset shows it', async () => {
    const { status, json, headers } = await rig.post(url, {
      to: '447700900001',
      from: 'ACME',
      text: 'Grüße €',
    });
    expect(status).toBe(202);
    expect(json).toEqual({
      id: json.ids[0],
      ids: [expect.stringMatching(/^[0-9a-f]{22}$/)],
      to: '447700900001',
      segments: 1,
      coding: 'gsm7',
      state: 'enroute',
    });
    expect(headers.location).toBe(`${url}/${json.id}`);
    await rig.until(json.id, 'delivered');
    const [shown] = rig.box.phone('447700900001').inbox();
    expect(shown).toMatchObject({ text: 'Grüße €', from: 'ACME', account: 'http' });
  });

  it('cuts a long text and shows it as one message', async () => {
    const text = 'long '.repeat(80);
    const { json } = await rig.post(url, { to: '447700900002', text });
    expect(json.segments).toBe(3);
    expect(json.ids).toHaveLength(3);
    const { json: message } = await rig.get(`${url}/${json.ids[2]}`);
    expect(message).toMatchObject({ id: json.id, text });
    expect(message.segments.map(({ id }: { id: string }) => id)).toEqual(json.ids);
  });

  it.each([
    ['ucs2', 'latin', 'ucs2', 1],
    ['auto', 'Здравей', 'ucs2', 1],
    ['latin1', 'é', 'latin1', 1],
    ['gsm7', 'a'.repeat(161), 'gsm7', 2],
  ])('codes by %s', async (coding, text, expected, segments) => {
    const { json } = await rig.post(url, { to: '447700900003', text, coding });
    expect(json).toMatchObject({ coding: expected, segments });
  });

  it.each([
    ['?', 'hi ? ??'],
    ['', 'hi  '],
  ])(
    'puts %j for what the coding has not, where that is asked for, and says what',
    async (replacement, text) => {
      const to = `44770090050${replacement.length}`;
      const { status, json } = await rig.post(url, { to, text: 'hi 👋 👋日', coding: 'gsm7', replacement });
      expect([status, json]).toMatchObject([202, { coding: 'gsm7', replaced: ['👋', '日'] }]);
      expect((await rig.get(`${url}/${json.id}`)).json).toMatchObject({ text });
    },
  );

  it('sends octets', async () => {
    const { status, json } = await rig.post(url, { to: '447700900004', hex: '00fF10' });
    expect(status).toBe(202);
    const { json: message } = await rig.until(json.id, 'delivered');
    expect(message).toMatchObject({ text: null, hex: '00ff10' });
    expect(Buffer.from(rig.box.phone('447700900004').inbox()[0]?.bytes ?? []).toString('hex')).toBe('00ff10');
  });

  it('carries account, priority, class, reference, validity and schedule', async () => {
    const { json } = await rig.post(url, {
      to: '+447700900005',
      from: '60100',
      text: 'later',
      account: 'acme',
      priority: 3,
      messageClass: 0,
      receipt: 'final',
      clientReference: 'order 66',
      validity: '2h',
      schedule: '10m',
    });
    expect(json.state).toBe('scheduled');
    const { json: message } = await rig.get(`${url}/${json.id}`);
    expect(message).toMatchObject({
      account: 'acme',
      clientReference: 'order 66',
      state: 'scheduled',
      final: false,
    });
    const ms = (at: string): number => Date.parse(message[at]);
    expect(ms('dueAt') - ms('acceptedAt')).toBeGreaterThan(590_000);
    expect(ms('dueAt') - ms('acceptedAt')).toBeLessThanOrEqual(600_000);
    expect(ms('expiresAt') - ms('dueAt')).toBe(7_200_000);
    const stored = await rig.box.gateway.center.query({ publicId: json.id });
    expect(stored).toMatchObject({ priority: 3, receiptWanted: 3 });
  });

  it('takes a validity in seconds and a schedule with a zone', async () => {
    const schedule = new Date(Date.now() + 3_600_000).toISOString().replace('Z', '+00:00');
    const { json } = await rig.post(url, { to: '447700900006', text: 'x', validity: 90, schedule });
    const { json: message } = await rig.get(`${url}/${json.id}`);
    expect(Date.parse(message.dueAt)).toBe(Date.parse(schedule));
    expect(Date.parse(message.expiresAt) - Date.parse(message.dueAt)).toBe(90_000);
  });

  it('sends to many, each by itself, and says which were refused', async () => {
    const to = ['447700900010', '447705550006', '447700900011', '447705550007'];
    const { status, json } = await rig.post(url, { to, text: 'all' });
    expect(status).toBe(202);
    expect(json).toMatchObject({ accepted: 2, refused: 2 });
    expect(json.messages.map((message: { to: string }) => message.to)).toEqual(to);
    expect(json.messages[1]).toMatchObject({ code: 'refused', commandStatus: 'ESME_RINVDSTADR' });
    expect(json.messages[3]).toMatchObject({ code: 'throttled', commandStatus: 'ESME_RTHROTTLED' });
    await rig.until(json.messages[2].id, 'delivered');
    expect(rig.box.phone('447700900011').inbox()).toHaveLength(1);
  });

  it('keeps the order of a thousand numbers', async () => {
    const to = Array.from({ length: 1_000 }, (_, index) => `4477100${String(index).padStart(5, '0')}`);
    const { status, json } = await rig.post(url, { to, text: 'all' });
    expect(status).toBe(202);
    expect(json.accepted).toBe(1_000);
    expect(json.messages.map((message: { to: string }) => message.to)).toEqual(to);
  });

  it.each([
    ['six segments to a thousand', { text: 'x'.repeat(153 * 5 + 1) }, 1_000, 833],
    ['255 segments to twenty', { text: 'x'.repeat(153 * 255) }, 20, 19],
    ['a whole payload to twenty', { text: 'x'.repeat(60_000), longMessage: 'payload' }, 20, 17],
    ['octets to a thousand', { hex: 'ab'.repeat(60_000), longMessage: 'payload' }, 1_000, 17],
  ])('is refused when it is too much to store at once: %s', async (_, content, count, most) => {
    const to = Array.from({ length: count }, (__, index) => `4477200${String(index).padStart(5, '0')}`);
    const { status, json } = await rig.post(url, { to, ...content });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: 'invalid_field',
      field: 'to',
      hint: `send it to at most ${most} at a time`,
    });
    const fewer = await rig.post(url, { to: to.slice(0, Math.min(most, 3)), ...content });
    expect(fewer.status).toBe(202);
  });

  it('lists that wait for their turn are answered as long as their caller is there, and not sent when it is gone', async () => {
    const { inlet } = rig.box.gateway;
    const began: string[] = [];
    const { promise: isOpen, resolve: open } = Promise.withResolvers<void>();
    const submit = inlet.submit.bind(inlet);
    const watched = vi.spyOn(inlet, 'submit').mockImplementation(async (requests) => {
      began.push(...requests.map(({ to }) => to));
      await isOpen;
      return submit(requests);
    });
    onTestFinished(() => {
      open();
      watched.mockRestore();
    });
    const address = await rig.listen();
    const bodyOf = (at: number) => JSON.stringify({ to: [`44774000${at}1`, `44774000${at}2`], text: 'all' });
    const headers = { 'content-type': 'application/json' };
    const send = async (at: number): Promise<number> =>
      (await fetch(new URL(url, address), { method: 'POST', headers, body: bodyOf(at) })).status;
    const sent = [0, 1].map((at) => send(at));
    await expect.poll(() => began.length, { timeout: patient(10_000) }).toBe(4);
    // Two of a caller are under way: these wait.
    sent.push(...[2, 3, 4].map((at) => send(at)));
    const isGone = new Promise<void>((gone) =>
      rig.app.server.once('connection', (socket) => socket.once('close', gone)),
    );
    const going = request(new URL(url, address), { method: 'POST', headers, agent: false });
    going.on('error', () => undefined).end(bodyOf(5), () => going.destroy());
    await isGone;
    open();
    expect(await Promise.all(sent)).toEqual([202, 202, 202, 202, 202]);
    expect(began.filter((to) => to.startsWith('447740005'))).toEqual([]);
  });

  it('is a problem when all of a list are refused', async () => {
    const { status, json } = await rig.post(url, { to: ['447705550007', '447705550006'], text: 'x' });
    expect(status).toBe(429);
    expect(json).toMatchObject({ code: 'throttled' });
    expect(json.messages).toHaveLength(2);
  });

  it('says what the magic numbers refuse, as an ESME would hear it', async () => {
    const refused = await rig.post(url, { to: '447705550006', text: 'x' });
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({ code: 'refused', field: 'to', commandStatus: 'ESME_RINVDSTADR' });
    const throttled = await rig.post(url, { to: '447705550007', text: 'x' });
    expect(throttled.status).toBe(429);
    expect(throttled.headers['retry-after']).toBe('1');
  });

  it.each([
    ['no content', { to: '1' }, 'missing_field', 'text'],
    ['two contents', { to: '1', text: 'a', hex: '00' }, 'invalid_field', 'hex'],
    ['half an octet', { to: '1', hex: '000' }, 'invalid_field', 'hex'],
    ['a coding for octets', { to: '1', hex: '00', coding: 'gsm7' }, 'invalid_field', 'coding'],
    ['a replacement for octets', { to: '1', hex: '00', replacement: '?' }, 'invalid_field', 'replacement'],
    [
      'a replacement of two characters',
      { to: '1', text: 'a', replacement: '??' },
      'invalid_field',
      'replacement',
    ],
    ['no destination', { text: 'a' }, 'missing_field', 'to'],
    ['an empty list', { to: [], text: 'a' }, 'invalid_field', 'to'],
    ['too many numbers', { to: Array(1_001).fill('1234567'), text: 'a' }, 'invalid_field', 'to'],
    ['a number in the list', { to: ['1', 2], text: 'a' }, 'invalid_field', 'to'],
    ['a number as text', { to: '1', text: 5 }, 'invalid_field', 'text'],
    ['null as text', { to: '1', text: null }, 'invalid_field', 'text'],
    ['an unknown coding', { to: '1', text: 'a', coding: 'gsm8' }, 'invalid_field', 'coding'],
    ['a priority too high', { to: '1', text: 'a', priority: 4 }, 'invalid_field', 'priority'],
    ['a priority as text', { to: '1', text: 'a', priority: '1' }, 'invalid_field', 'priority'],
    ['a strange validity', { to: '1', text: 'a', validity: 'soon' }, 'invalid_field', 'validity'],
    ['no validity at all', { to: '1', text: 'a', validity: 0 }, 'invalid_field', 'validity'],
    [
      'a time without zone',
      { to: '1', text: 'a', schedule: '2026-07-20T10:00:00' },
      'invalid_field',
      'schedule',
    ],
    [
      'a day that is none',
      { to: '1', text: 'a', schedule: '2026-13-45T10:00:00Z' },
      'invalid_field',
      'schedule',
    ],
    ['a schedule too far off', { to: '1234567', text: 'a', schedule: '400d' }, 'refused', 'schedule'],
    [
      'a long reference',
      { to: '1', text: 'a', clientReference: 'r'.repeat(129) },
      'invalid_field',
      'clientReference',
    ],
    ['a sender too long', { to: '1', text: 'a', from: 'f'.repeat(22) }, 'invalid_field', 'from'],
    ['a text too long', { to: '1', text: 'a'.repeat(65_537) }, 'invalid_field', 'text'],
    ['more than 255 segments', { to: '1234567', text: 'a'.repeat(60_000) }, 'refused', 'text'],
    [
      'a text that the coding has not',
      { to: '1234567', text: 'Ж', coding: 'ascii' },
      'invalid_field',
      'text',
    ],
  ])('refuses %s and names the field', async (_what, body, code, field) => {
    const { status, json, headers } = await rig.post(url, body);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(json).toMatchObject({ code, field, status });
    expect(status).toBe(code === 'refused' ? 422 : 400);
    expect(json.detail).not.toMatch(/undefined|\[object|Ms\b/);
  });

  it('names unknown fields first and guesses what was meant', async () => {
    const { json } = await rig.post(url, { too: '1', text: 'a', prioritty: 1, colour: 'red' });
    expect(json).toMatchObject({ code: 'unknown_field', field: 'too', hint: 'did you mean "to"?' });
    expect(json.errors.map(({ field }: { field: string }) => field)).toEqual([
      'too',
      'prioritty',
      'colour',
      'to',
    ]);
    expect(json.errors[1].hint).toBe('did you mean "priority"?');
    expect(json.errors[2].hint).toMatch(/^one of to, from, text, hex, /);
  });

  it('answers a body of many wrong fields with a bounded list', async () => {
    const body = Object.fromEntries(
      Array.from({ length: 90 }, (_, index) => [`${'x'.repeat(500)}${index}`, 1]),
    );
    const { json, text } = await rig.post(url, body);
    expect(json.errors).toHaveLength(20);
    expect(text.length).toBeLessThan(10_000);
  });
});

/** The front door of Kannel: what it reads, what it answers, and who is let in. */
import type { Message } from '@chappe/center';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.ts';

const sendsms = '/cgi-bin/sendsms';
const login = 'username=shop&password=secret';
const message = 'from=ACME&to=447700900123&text=hi';

let rig: Rig;
let stored: Message[];

beforeEach(async () => {
  rig = await startRig({ doors: ['kannel'] });
  stored = [];
  rig.box.gateway.events.subscribe((event) => {
    if (event.type === 'message.accepted') stored.push({ ...event.message });
  }, true);
});
afterEach(() => rig.close());

async function ask(query: string): Promise<string> {
  const { status, text } = await rig.get(`${sendsms}?${query}`);
  return `${status} ${text}`;
}

/** data_coding, protocol_id and what is in esm_class beside the mode, of what was stored last. */
function wire(): { readonly dataCoding: number; readonly pid: number; readonly esmClass: number } {
  const { content } = stored.at(-1)!;
  return { dataCoding: content[4]!, pid: content[3]!, esmClass: content[2]! & 0xfc };
}

/** Octets of what was stored last. */
function payload(): string {
  const { content } = stored.at(-1)!;
  const octets = content[7]! * 256 + content[8]!;
  return Buffer.from(content.subarray(9, 9 + octets)).toString('hex');
}

describe('what is answered', () => {
  it.each([
    [message, '202 0: Accepted for delivery'],
    ['from=1&text=hi', '400 Missing receiver number, rejected'],
    ['from=1&to=&text=hi', '400 Empty receiver number not allowed, rejected'],
    ['from=1&to=abc&text=hi', '400 Number(s) has/have been denied by white- and/or black-lists.'],
    ['to=447700900123&text=hi', '400 Sender missing and no global set, rejected'],
    [`${message}&udh=%05%00`, '400 UDH field misformed, rejected'],
    [`${message}&udh=050003010201`, '400 UDH field misformed, rejected'],
    [`${message}&dlr-url=ftp://x`, '400 DLR-URL field misformed, rejected'],
    [`${message}&dlr-url=http://127.0.0.1/&dlr-mask=1`, '400 DLR-URL field misformed, rejected'],
    [`${message}&dlr-url=http://e.example/${'x'.repeat(2_048)}`, '400 DLR-URL field misformed, rejected'],
    [`${message}&dlr-mask=32`, '400 DLR-Mask field misformed, rejected'],
    [`${message}&mclass=4`, '400 MClass field misformed, rejected'],
    [`${message}&mclass=-1`, '202 0: Accepted for delivery'],
    [`${message}&pid=256`, '400 PID field misformed, rejected'],
    [`${message}&rpi=3`, '400 RPI field misformed, rejected'],
    [`${message}&alt-dcs=2`, '400 Alt-DCS field misformed, rejected'],
    [`${message}&mwi=8`, '400 MWI field misformed, rejected'],
    [`${message}&coding=3`, '400 Coding field misformed, rejected'],
    [`${message}&coding=x`, '202 0: Accepted for delivery'],
    [`${message}&compress=2`, '400 Compress field misformed, rejected'],
    [`${message}&validity=-5`, '400 Validity field misformed, rejected'],
    [`${message}&deferred=-5`, '400 Deferred field misformed, rejected'],
    [`${message}&priority=4`, '400 Priority field misformed, rejected'],
    [`${message}&account=${'a'.repeat(65)}`, '400 Account field misformed or too long, rejected'],
    [`${message}&charset=nosuch`, '400 Charset or body misformed, rejected'],
    ['from=1&to=447700900123&text=%ff', '400 Charset or body misformed, rejected'],
  ])('%s', async (query, answer) => {
    expect(await ask(`${login}&${query}`)).toBe(answer);
    expect(stored).toHaveLength(answer.startsWith('202') ? 1 : 0);
  });

  it('takes nothing without a name', async () => {
    expect(await ask(message)).toBe('403 Authorization failed for sendsms');
    expect(stored).toEqual([]);
  });

  it('takes user and pass, too', async () => {
    expect(await ask(`user=shop&pass=secret&${message}`)).toBe('202 0: Accepted for delivery');
    expect(stored[0]).toMatchObject({ account: 'shop', text: 'hi' });
  });

  it('names the receivers that failed, where others did not', async () => {
    const tooLong = '1'.repeat(70);
    expect(await ask(`${login}&from=1&to=447700900123+${tooLong}&text=hi`)).toBe(
      `202 0: Accepted for delivery Failed receivers are: ${tooLong}`,
    );
    expect(stored).toHaveLength(1);
  });

  it('sends nothing for a HEAD', async () => {
    const { statusCode } = await rig.app.inject({ method: 'HEAD', url: `${sendsms}?${login}&${message}` });
    expect(statusCode).toBe(404);
    expect(stored).toEqual([]);
  });

  it('is shut unless it is opened', async () => {
    const other = await startRig();
    const { status } = await other.get(`${sendsms}?${login}&${message}`);
    expect(status).toBe(404);
    await other.close();
  });
});

describe('what is sent', () => {
  it('goes to several numbers', async () => {
    await ask(`${login}&from=1&to=447700900123+%2B447700900124%20447700900125&text=hi`);
    expect(stored.map(({ destination }) => destination.digits)).toEqual([
      '447700900123',
      '447700900124',
      '447700900125',
    ]);
  });

  it.each([
    ['text=%E9&charset=ISO-8859-1', 'é'],
    ['text=a+b%2Bc%', 'a b+c%'],
    ['text=%E4%BD%A0', '?'],
    ['text=%E4%BD%A0&coding=2&charset=UTF-8', '你'],
    ['text=%4F%60&coding=2', '你'],
    ['text=', ''],
  ])('reads %s', async (query, text) => {
    expect(await ask(`${login}&from=1&to=447700900123&${query}`)).toBe('202 0: Accepted for delivery');
    expect(stored[0]?.text).toBe(text);
  });

  it.each([
    ['text=hi&mclass=0', { dataCoding: 0xf0, pid: 0, esmClass: 0 }],
    ['text=hi&mclass=1&alt-dcs=1', { dataCoding: 0xf1, pid: 0, esmClass: 0 }],
    ['text=hi&coding=1&alt-dcs=1', { dataCoding: 0xf5, pid: 0, esmClass: 0 }],
    ['text=hi&mwi=1', { dataCoding: 0xd9, pid: 0, esmClass: 0 }],
    ['text=hi&compress=1', { dataCoding: 0x20, pid: 0, esmClass: 0 }],
    ['text=hi&pid=65', { dataCoding: 0, pid: 65, esmClass: 0 }],
    ['text=hi&rpi=1', { dataCoding: 0, pid: 0, esmClass: 0x80 }],
    ['text=hi&coding=1', { dataCoding: 4, pid: 0, esmClass: 0 }],
    ['text=hi&udh=%06%05%04%0B%84%23%F0', { dataCoding: 4, pid: 0, esmClass: 0x40 }],
  ])('%s', async (query, expected) => {
    await ask(`${login}&from=1&to=447700900123&${query}`);
    expect(wire()).toEqual(expected);
  });

  it('has the header before the text', async () => {
    await ask(`${login}&from=1&to=447700900123&text=%01%02&udh=%06%05%04%0B%84%23%F0`);
    expect(payload()).toBe('0605040b8423f00102');
  });

  it('has priority, times and the account as its reference', async () => {
    await ask(`${login}&${message}&priority=2&validity=30&deferred=10&account=billing-7`);
    const [{ priority, acceptedMs, dueMs, expiresMs, clientReference }] = stored as [Message];
    expect(priority).toBe(2);
    expect(Math.round((dueMs - acceptedMs) / 60_000)).toBe(10);
    expect(Math.round((expiresMs - acceptedMs) / 60_000)).toBe(30);
    expect(clientReference).toBe('billing-7');
  });
});

describe('by POST', () => {
  const headers = { 'x-kannel-username': 'shop', 'x-kannel-from': '1', 'x-kannel-to': '447700900123' };

  async function post(type: string, body: string | Buffer, more: object = {}): Promise<string> {
    const { status, text } = await rig.post(sendsms, body, { ...headers, 'content-type': type, ...more });
    return `${status} ${text}`;
  }

  it('takes the text as the body', async () => {
    expect(await post('text/plain; charset=UTF-8', Buffer.from('hé'))).toBe('202 0: Accepted for delivery');
    expect(stored[0]).toMatchObject({ text: 'hé', account: 'shop' });
  });

  it('takes octets, with a header in hexadecimal', async () => {
    await post('application/octet-stream', Buffer.from([1, 2]), { 'x-kannel-udh': '0605040b8423f0' });
    expect(payload()).toBe('0605040b8423f00102');
  });

  it('refuses a header that is no hexadecimal', async () => {
    const answer = await post('application/octet-stream', 'x', { 'x-kannel-udh': 'zz' });
    expect(answer).toBe('400 UDH field misformed, rejected');
  });

  it('takes no form, as Kannel does not', async () => {
    const answer = await post('application/x-www-form-urlencoded', `${login}&${message}`);
    expect(answer).toBe('400 Invalid content-type');
    expect(stored).toEqual([]);
  });
});

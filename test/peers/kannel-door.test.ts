/** The front door of Kannel beside Kannel itself: the same requests, the same answers, the same messages. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApi } from '@chappe/api';
import type { Message } from '@chappe/center';
import { type Sandbox, startSandbox } from '@chappe/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Callback, type CallbackListener, callbackListener } from '../support/callbacks.ts';
import { Inbox } from '../support/inbox.ts';
import { canRun, program } from '../support/peer-programs.ts';
import { type Kannel, startKannel } from './kannel/kannel.ts';

const login = 'username=peer&password=peer';
const message = 'from=ACME&to=447700900123&text=hi';

/** What of a message is on the wire: Kannel's own mode in esm_class says nothing. */
function wireOf({ content, source, destination }: Message): object {
  const octets = content[7]! * 256 + content[8]!;
  return {
    esmClass: content[2]! & 0xfc,
    pid: content[3],
    dataCoding: content[4],
    payload: Buffer.from(content.subarray(9, 9 + octets)).toString('hex'),
    from: source.digits,
    to: destination.digits,
  };
}

describe.runIf(canRun('Kannel', [program('bearerbox'), program('smsbox')]))('the door of Kannel', () => {
  let folder: string;
  let box: Sandbox;
  let app: ReturnType<typeof buildApi>;
  let calls: CallbackListener;
  let kannel: Kannel;
  const stored = new Inbox<Message>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chappe-kannel-door-'));
    box = await startSandbox({ callbacks: { allowPrivate: true } });
    box.gateway.events.subscribe((event) => {
      if (event.type === 'message.accepted') stored.push({ ...event.message });
    }, true);
    app = buildApi({ gateway: box.gateway, version: '1.2.3', doors: ['kannel'] });
    calls = await callbackListener();
    kannel = await startKannel({ smppPort: box.port, folder, getUrl: `${calls.url}/mo` });
  });
  afterAll(async () => {
    await kannel?.stop();
    await calls?.close();
    await app?.close();
    await box?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function ofKannel(query: string): Promise<{ readonly status: number; readonly body: string }> {
    const response = await fetch(`${kannel.sendSmsUrl}?${query}`);
    return { status: response.status, body: await response.text() };
  }

  async function ofDoor(query: string): Promise<{ readonly status: number; readonly body: string }> {
    const { statusCode, body } = await app.inject(`/cgi-bin/sendsms?${query}`);
    return { status: statusCode, body };
  }

  it.each([
    message,
    'from=1&text=hi',
    'from=1&to=&text=hi',
    'from=1&to=abc&text=hi',
    'to=447700900123&text=hi',
    'from=&to=447700900123&text=hi',
    `${message}&udh=zz`,
    `${message}&udh=%05%00`,
    `${message}&dlr-url=ftp://x`,
    `${message}&dlr-url=abc`,
    `${message}&dlr-url=`,
    `${message}&dlr-mask=99`,
    `${message}&dlr-mask=-2`,
    `${message}&dlr-mask=x`,
    `${message}&mclass=4`,
    `${message}&mclass=-1`,
    `${message}&pid=256`,
    `${message}&rpi=3`,
    `${message}&alt-dcs=2`,
    `${message}&mwi=8`,
    `${message}&coding=3`,
    `${message}&coding=-1`,
    `${message}&compress=2`,
    `${message}&validity=-5`,
    `${message}&validity=0`,
    `${message}&deferred=-5`,
    `${message}&priority=4`,
    `${message}&account=${'a'.repeat(70)}`,
    `${message}&charset=nosuch`,
    `${message}&smsc=nosuch`,
    `${message}&unknown=1`,
    'from=1&to=447700900123&text=',
  ])('answers %s alike', async (query) => {
    const asked = `${login}&${query}`;
    expect(await ofDoor(asked)).toEqual(await ofKannel(asked));
  });

  it('answers alike who may not', async () => {
    expect(await ofDoor(message)).toEqual(await ofKannel(message));
  });

  it.each([
    'text=hello%40%24_%7B',
    'text=%E9&charset=ISO-8859-1',
    'text=%E4%BD%A0&coding=2&charset=UTF-8',
    'text=%4F%60&coding=2',
    'text=%01%FF&coding=1',
    'text=hi&mclass=0',
    'text=hi&mclass=3',
    'text=hi&mclass=1&alt-dcs=1',
    'text=hi&coding=1&mclass=1&alt-dcs=1',
    'text=hi&coding=1&mclass=2',
    'text=hi&mclass=1&alt-dcs=0',
    'text=hi&coding=1&mclass=2&alt-dcs=0',
    'text=%00h&coding=2&mclass=1',
    'text=%00h&coding=2&mclass=1&alt-dcs=0',
    'text=hi&alt-dcs=1',
    'text=hi&coding=1&alt-dcs=1',
    'text=%00h&coding=2&alt-dcs=1',
    'text=hi&compress=1',
    'text=hi&compress=1&mclass=1&alt-dcs=0',
    'text=hi&mwi=0',
    'text=hi&mwi=1',
    'text=hi&mwi=3',
    'text=hi&mwi=4',
    'text=hi&mwi=5',
    'text=hi&coding=1&mwi=1',
    'text=hi&coding=1&mwi=6',
    'text=%00h&coding=2&mwi=6',
    'text=%00h&coding=2&mwi=1',
    'text=hi&pid=65',
    'text=hi&rpi=1',
    'text=%01%02&udh=%06%05%04%0B%84%23%F0',
  ])('sends %s alike', async (query) => {
    const number = `4477009${String(stored.items.length).padStart(5, '0')}`;
    const asked = `${login}&from=12345&${query}`;
    const next = (to: string): Promise<Message> =>
      stored.next(`the message to ${to}`, ({ destination }) => destination.digits === to);
    expect((await ofKannel(`${asked}&to=${number}1`)).status).toBe(202);
    expect((await ofDoor(`${asked}&to=${number}2`)).status).toBe(202);
    const [theirs, ours] = [wireOf(await next(`${number}1`)), wireOf(await next(`${number}2`))];
    expect({ ...ours, to: '' }).toEqual({ ...theirs, to: '' });
  });

  it.each([
    ['447700900123', '1'],
    ['447705550001', '2'],
    ['447700900123', '8'],
  ])('calls about %s with the same escapes for %s', async (to, type) => {
    const escapes = [...'bcCdefkmMnOpPqQsSuvVxZ'].map((one) => `${one}=%${one}`).join('&');
    const asked = async (path: string, ask: typeof ofDoor): Promise<Callback> => {
      const url = `${calls.url}/${path}-${to}-${type}?${escapes}`;
      const more = new URLSearchParams({
        from: '+4477',
        to,
        text: 'hello',
        'dlr-mask': type,
        'dlr-url': url,
      });
      expect((await ask(`${login}&${more}`)).status).toBe(202);
      return await calls.requests.next(`a call of ${path}`, (one) => one.path === `/${path}-${to}-${type}`);
    };
    const theirs = await asked('kannel', ofKannel);
    const ours = await asked('door', ofDoor);
    expect(comparable(ours)).toEqual(comparable(theirs));
  });
});

/** Ids and times are those of two messages. */
function comparable({ query }: Callback): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...query].map(([name, value]) => [
      name,
      (name === 'e' ? Buffer.from(value, 'hex').toString() : value)
        .replace(/id:\w+/, 'id:')
        .replaceAll(/date:\d+/g, 'date:'),
    ]),
  );
}

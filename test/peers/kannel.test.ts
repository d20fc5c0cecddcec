import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Callback, type CallbackListener, callbackListener } from '../support/callbacks.ts';
import { canRun, program } from '../support/peer-programs.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { itIsCleanInTshark } from './clean-recording.ts';
import { type Kannel, type KannelMessage, startKannel } from './kannel/kannel.ts';

/** Kannel's kinds of report, the `%d` of a dlr-url. */
const delivered = '1';
const failed = '2';
const acceptedBySmsc = '8';
const rejectedBySmsc = '16';

const gsmAlphabet =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà';
const gsmExtension = '^{}\\[~]|€';

describe.runIf(canRun('Kannel', [program('bearerbox'), program('smsbox')]))('Kannel', () => {
  let rig: Rig;
  let callbacks: CallbackListener;
  let kannel: Kannel;
  let messages = 0;

  beforeAll(async () => {
    rig = await startRig();
    callbacks = await callbackListener();
    rig.onClose(() => callbacks.close());
    kannel = await startKannel({
      smppPort: rig.smppPort,
      folder: rig.folder,
      getUrl: `${callbacks.url}/mo?from=%p&to=%P&text=%b&coding=%c&charset=%C&udh=%u&smsc=%i`,
    });
    rig.onClose(() => kannel.stop());
  });
  afterAll(() => rig?.close());

  /** Sends with all reports asked for, and gives a way to await them. */
  async function send(message: Omit<KannelMessage, 'dlrMask' | 'dlrUrl'>): Promise<{
    report(type: string): Promise<Callback>;
    reports(): readonly string[];
  }> {
    const path = `/dlr/${++messages}`;
    const escapes = 'type=%d&sender=%p&receiver=%P&reply=%A&foreign=%F&smsc=%i&time=%T';
    const answer = await kannel.sendSms({
      ...message,
      dlrMask: 31,
      dlrUrl: `${callbacks.url}${path}?${escapes}`,
    });
    expect(answer).toEqual({ status: 202, body: '0: Accepted for delivery' });
    const mine = (request: Callback): boolean => request.path === path;
    return {
      report: (type) =>
        callbacks.requests.next(
          `report ${type} to ${path}`,
          (request) => mine(request) && request.query.get('type') === type,
        ),
      reports: () => callbacks.requests.items.filter(mine).map((request) => request.query.get('type')!),
    };
  }

  it('delivers a GSM text unchanged, every character of the alphabet and its extension', async () => {
    const text = gsmAlphabet + gsmExtension;
    const sent = await send({ from: '12345', to: '46700000001', text });
    const received = await rig.phone('46700000001').received('the text', () => true);
    expect(received.text).toBe(text);
    expect(received.from).toBe('12345');

    const accepted = await sent.report(acceptedBySmsc);
    expect(accepted.query.get('reply')).toMatch(/^ACK\//);
    const final = await sent.report(delivered);
    // A report is a message of its own to Kannel: from the handset, to our sender.
    expect(final.query.get('sender')).toBe('46700000001');
    expect(final.query.get('receiver')).toBe('12345');
    expect(final.query.get('smsc')).toBe('chappe');
    expect(final.query.get('foreign')).toBe(accepted.query.get('foreign'));
    expect(final.query.get('reply')).toContain('stat:DELIVRD');
    expect(final.query.get('reply')).toContain(`id:${final.query.get('foreign')}`);
    expect(sent.reports()).not.toContain(failed);
  });

  it('joins a long GSM text of four parts, escape pairs at the seams included', async () => {
    // 153 septets a part: an extension character at every place makes some pair meet every seam.
    const text = Array.from({ length: 52 }, (_, at) => `${at}[€]|`).join('');
    const sent = await send({ from: '12345', to: '46700000002', text });
    const received = await rig.phone('46700000002').received('the long text', () => true);
    expect(received.text).toBe(text);
    await sent.report(delivered);
    expect(await rig.phone('46700000002').inbox()).toHaveLength(1);
  });

  it('delivers a Unicode text unchanged', async () => {
    const text = 'Здравей, свят — 你好 😀';
    const sent = await send({ from: 'Chappe', to: '46700000003', text, coding: 2 });
    const received = await rig.phone('46700000003').received('the Unicode text', () => true);
    expect(received.text).toBe(text);
    expect(received.from).toBe('Chappe');
    await sent.report(delivered);
  });

  it('joins a long Unicode text whose parts cut surrogate pairs in two', async () => {
    // Kannel cuts UCS-2 after 67 code units whatever stands there: one letter, then pairs, so that pairs get cut.
    const text = `x${'😀🎉'.repeat(40)} край`;
    const sent = await send({ from: '12345', to: '46700000004', text, coding: 2 });
    const received = await rig.phone('46700000004').received('the long Unicode text', () => true);
    expect(received.text).toBe(text);
    await sent.report(delivered);
  });

  it('delivers a binary message with its user data header', async () => {
    // A ringtone port: 16-bit application port addressing (3GPP TS 23.040 9.2.3.24.4).
    const udh = Uint8Array.of(0x06, 0x05, 0x04, 0x15, 0x81, 0x00, 0x00);
    const body = Uint8Array.from({ length: 100 }, (_, at) => (at * 37) & 0xff);
    const sent = await send({ from: '12345', to: '46700000005', text: body, coding: 1, udh });
    await sent.report(delivered);
    const received = await rig.phone('46700000005').received('the binary message', () => true);
    expect(JSON.stringify(received).toLowerCase()).toContain(Buffer.from(body).toString('hex'));
  });

  it('reports a message that the handset could not get as failed', async () => {
    const sent = await send({ from: '12345', to: '46705550001', text: 'undelivered' });
    const report = await sent.report(failed);
    expect(report.query.get('reply')).toContain('stat:UNDELIV');
    expect(sent.reports()).not.toContain(delivered);
  });

  it('reports a submit that was refused as rejected by the SMSC', async () => {
    const sent = await send({ from: '12345', to: '46705550006', text: 'refused' });
    const report = await sent.report(rejectedBySmsc);
    expect(report.query.get('reply')).toMatch(/^NACK\//);
    expect(sent.reports()).not.toContain(delivered);
  });

  const incoming = (from: string): Promise<Callback> =>
    callbacks.requests.next(
      `message from ${from}`,
      ({ path, query }) => path === '/mo' && query.get('from')?.endsWith(from) === true,
    );

  /** Kannel hands a text to the service as UTF-8, UCS-2 as UTF-16BE octets. */
  function textOf(callback: Callback): string {
    const raw = /(?:^|&)text=([^&]*)/.exec(callback.rawQuery)![1]!;
    const octets = Buffer.from(
      raw
        .replaceAll('+', ' ')
        .replace(/%([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    );
    return callback.query.get('charset') === 'UTF-16BE'
      ? octets.swap16().toString('utf16le')
      : octets.toString('utf8');
  }

  it('gets a message from a handset', async () => {
    await rig.phone('46700000011').send('12345', 'Hello from a phone: €5 [ok]');
    const callback = await incoming('46700000011');
    expect(callback.query.get('to')).toBe('12345');
    expect(textOf(callback)).toBe('Hello from a phone: €5 [ok]');
  });

  it('gets a Unicode message from a handset', async () => {
    await rig.phone('46700000012').send('12345', 'Привет 😀');
    expect(textOf(await incoming('46700000012'))).toBe('Привет 😀');
  });

  it('joins a long message from a handset', async () => {
    const text = Array.from({ length: 100 }, (_, at) => `part ${at} of it`).join(', ');
    await rig.phone('46700000013').send('12345', text);
    expect(textOf(await incoming('46700000013'))).toBe(text);
    const all = callbacks.requests.items.filter(({ query }) => query.get('from')?.endsWith('46700000013'));
    expect(all).toHaveLength(1);
  });

  itIsCleanInTshark(
    'Kannel',
    () => rig,
    50,
    () => kannel.stop(),
  );
});

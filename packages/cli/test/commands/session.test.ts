import { encode } from '@chappe/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventLine } from '../../src/commands/event-line.ts';
import { type Answer, type FakeApi, startFakeApi } from '../support/fake-api.ts';
import { runCli, startCli } from '../support/run-cli.ts';

let api: FakeApi;

beforeAll(async () => {
  api = await startFakeApi();
});

afterAll(async () => await api.close());

beforeEach(() => {
  api.calls();
  api.answers = {};
});

const session = (...args: string[]) => runCli(['session', ...args, '--api', api.url]);

const bound = {
  id: 7,
  account: 'acme',
  bind: 'transceiver',
  version: '3.4',
  address: '::1',
  port: 40_000,
  tls: true,
  outstanding: 3,
  counters: { pdusIn: 10, pdusOut: 11 },
};

describe('chappe session ls and unbind', () => {
  it('lists all pages', async () => {
    api.answers = {
      'GET /api/v1/sessions': (response, { url }) => {
        const isFirst = !url.includes('cursor=7');
        const sessions = [isFirst ? bound : { ...bound, id: 8, address: '10.0.0.1', tls: false }];
        response.end(JSON.stringify({ sessions, total: 2, next: isFirst ? '7' : null }));
      },
    };
    const { code, out } = await session('ls', '--account', 'acme');
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'session  account  bind         version  peer             outstanding  in  out',
        '7        acme     transceiver  3.4      [::1]:40000 TLS  3            10  11',
        '8        acme     transceiver  3.4      10.0.0.1:40000   3            10  11',
        '',
      ].join('\n'),
    );
    expect(api.calls()).toEqual([
      'GET /api/v1/sessions?account=acme&limit=1000',
      'GET /api/v1/sessions?account=acme&limit=1000&cursor=7',
    ]);
  });

  it('unbinds several; nothing when one of them is no number', async () => {
    api.answers = {
      'DELETE /api/v1/sessions/7': { status: 204 },
      'DELETE /api/v1/sessions/8': { status: 204 },
    };
    expect((await session('unbind', '7', 'x')).code).toBe(2);
    expect(api.calls()).toEqual([]);
    expect((await session('unbind', '7', '8')).out).toBe('session 7 is unbound\nsession 8 is unbound\n');
    const missing = await session('unbind', '9');
    expect(missing.code).toBe(5);
  });
});

const events = [
  {
    version: 1,
    id: '00d1',
    type: 'message.delivered',
    time: '2026-07-20T10:00:00.000Z',
    data: {
      id: '00ab',
      kind: 'mt',
      account: 'acme',
      connector: 'op-a',
      from: 'ACME',
      to: '4477',
      state: 'delivered',
      error: 0,
      content: { text: 'a\nb' },
    },
  },
  {
    version: 1,
    id: '00d2',
    type: 'session.unbound',
    time: '2026-07-20T10:00:01.000Z',
    data: { ...bound, reason: 'peer_unbind' },
  },
  {
    version: 1,
    id: '00d3',
    type: 'connector.unbound',
    time: '2026-07-20T10:00:02.000Z',
    data: { connector: 'op-a', detail: 'timeout' },
  },
  { version: 1, type: 'stream.skipped', time: '2026-07-20T10:00:03.000Z', data: { skipped: 12 } },
];

/** Answers with the events, and ends the stream where `isEnding`. */
function stream(isEnding: boolean): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': listening\n\n');
    for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    if (isEnding) response.end();
  };
}

describe('chappe session tail', () => {
  it('follows, asks for what is wanted, and ends after so many', async () => {
    api.answers = { 'GET /api/v1/events': stream(false) };
    const args = [
      '--type',
      'message',
      '--type',
      'session.bound',
      '--account',
      'acme',
      '--count',
      '2',
      '--json',
    ];
    const { code, out, talk } = await session('tail', ...args);
    expect([code, talk]).toEqual([0, 'following; Ctrl-C ends it\n']);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events.slice(0, 2));
    expect(api.calls()).toEqual(['GET /api/v1/events?type=message%2Csession.bound&account=acme']);
  });

  it('shows a line for each, texts with -v', async () => {
    api.answers = { 'GET /api/v1/events': stream(false) };
    const { out } = await session('tail', '-n', '4', '-v', '--session', '7', '--connector', 'op-a');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''));
    expect(lines).toEqual([
      'message.delivered  mt  acme  ACME -> 4477  by op-a  id 00ab  delivered  "a\\nb"',
      'session.unbound    acme  session 7  transceiver 3.4 TLS  [::1]:40000: peer unbind',
      'connector.unbound  op-a  timeout',
      'stream.skipped     12 events left out: they came faster than they were read',
    ]);
    expect(api.calls()).toEqual(['GET /api/v1/events?connector=op-a&session=7&text=1']);
  });

  it('ends with 0 on Ctrl-C, with 3 when the server is gone', async () => {
    api.answers = { 'GET /api/v1/events': stream(false) };
    const following = startCli(['session', 'tail', '--api', api.url]);
    await following.line('stream.skipped');
    following.kill('SIGINT');
    expect((await following.ended).code).toBe(0);
    api.answers = { 'GET /api/v1/events': stream(true) };
    const ended = await session('tail');
    expect([ended.code, ended.talk]).toEqual([3, expect.stringContaining('has ended the stream')]);
  });

  it('says why it is refused', async () => {
    const body = { code: 'full', detail: '100 readers are listening', hint: 'end some' };
    api.answers = { 'GET /api/v1/events': { status: 503, body } };
    const refused = await session('tail');
    expect(refused).toEqual({ code: 5, out: '', talk: 'chappe: 100 readers are listening\n  end some\n' });
    expect((await session('tail', '--kind', 'handset')).code).toBe(2);
  });
});

describe('the line of an event', () => {
  it.each([
    [{}, '--:--:--  -'],
    [
      { type: 'new.type', time: 'never', data: { a: 1, b: { c: null, d: ['x\u001b'] } } },
      '--:--:--  new.type           a 1  b d x\\u001b',
    ],
    [{ type: 'message.sent' }, '--:--:--  message.sent       -  -  - -> -  id -  -'],
    [{ type: 'session.bound', data: 'none' }, '--:--:--  session.bound      -  session -  - -  -:-'],
    [
      {
        type: 'receipt.created',
        data: {
          kind: 'receipt',
          account: 'a',
          from: '44',
          to: 'A',
          messageId: '00',
          messageState: 'expired',
        },
      },
      '--:--:--  receipt.created    receipt  a  44 -> A  expired  of 00',
    ],
  ])('of %j is %j, whatever is in it', (event, line) => {
    expect(eventLine(event)).toBe(line);
  });
});

describe('chappe session trace', () => {
  const submit = Buffer.from(
    encode({
      command: 'submit_sm',
      sequence_number: 5,
      source_addr: 'ACME',
      destination_addr: '447700900123',
      short_message: Buffer.from('Hello\u001b[2J'),
    }),
  );
  const of = { owner: 'op-a', session: 1, version: '3.4' };
  const pdu = {
    type: 'pdu.sent',
    time: '2026-07-20T10:00:00.123Z',
    data: { ...of, hex: submit.toString('hex') },
  };
  const nack = {
    type: 'pdu.received',
    time: '2026-07-20T10:00:00.200Z',
    data: { ...of, hex: '00000010800000000000000300000005' },
  };

  /** Answers with these. */
  const stream =
    (...told: object[]): Answer =>
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of told) response.write(`event: pdu.sent\ndata: ${JSON.stringify(event)}\n\n`);
    };

  it('shows a line for each PDU, of one owner', async () => {
    api.answers = { 'GET /api/v1/trace': stream(pdu, nack) };
    const { code, out } = await session('trace', '--connector', 'op-a', '-n', '2');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      `10:00:00.123  op-a 1  ->  submit_sm  sequence 5  ESME_ROK  ${submit.length} octets`,
      '10:00:00.200  op-a 1  <-  generic_nack  sequence 5  ESME_RINVCMDID  16 octets',
      '',
    ]);
    expect(api.calls()).toEqual(['GET /api/v1/trace?connector=op-a']);
  });

  it('shows all fields with -v, texts with --text; nothing that moves the cursor', async () => {
    api.answers = { 'GET /api/v1/trace': stream(pdu) };
    const { out } = await session('trace', '--session', '7', '-n', '1', '-v', '--text');
    expect(out).toContain('destination_addr');
    expect(out).toContain('447700900123');
    expect(out).not.toContain('\u001b');
    expect(api.calls()).toEqual(['GET /api/v1/trace?session=7&text=1']);
  });

  it('wants one owner', async () => {
    for (const args of [[], ['--session', '7', '--account', 'acme']]) {
      const { code, talk } = await session('trace', ...args);
      expect(code).toBe(2);
      expect(talk).toContain('--session ID, --account NAME or --connector NAME');
    }
    expect(api.calls()).toEqual([]);
  });
});

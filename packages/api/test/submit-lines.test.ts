/** Any number of messages in one request: POST /api/v1/messages/batch with one message a line. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { SubmitRequest, SubmitResult } from '@chappe/gateway';
import { GatewayError } from '@chappe/policy';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { patient } from '../../../test/support/patience.ts';
import type { NamedKey } from '../src/index.ts';
import { lineLimits } from '../src/line-answers.ts';
import { keyHash, keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { type Rig, SteppedClock, startRig } from './rig.ts';

const url = '/api/v1/messages/batch';
const type = 'application/x-ndjson';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await rig.listen();
});
afterAll(() => rig.close());

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers as a client in plain JavaScript would
type Result = any;

const lineOf = (at: number, more: object = {}): string =>
  `${JSON.stringify({ to: `4477400${String(at % 100_000).padStart(5, '0')}`, text: `Hello ${at}`, ...more })}\n`;

/** A request whose body is written by the test. */
async function open(of: Rig = rig, headers: Record<string, string> = {}): Promise<ClientRequest> {
  const sent = request(new URL(url, await of.listen()), {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    agent: false,
  });
  sent.on('error', () => undefined);
  onTestFinished(() => {
    sent.destroy();
  });
  return sent;
}

async function resultsOf(answer: IncomingMessage): Promise<Result[]> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function post(
  body: string | Buffer,
  of: Rig = rig,
  headers: Record<string, string> = {},
): Promise<Result[]> {
  const sent = await open(of, headers);
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return resultsOf(answer);
}

type Submit = (requests: readonly SubmitRequest[]) => Promise<readonly SubmitResult[]>;

/** Puts something in the place of the inlet until the test is over. */
function inPlaceOf(of: Rig, make: (real: Submit) => Submit): void {
  const { inlet } = of.box.gateway;
  const real = inlet.submit.bind(inlet);
  const watched = vi.spyOn(inlet, 'submit').mockImplementation(make(real));
  onTestFinished(() => {
    watched.mockRestore();
  });
}

const taken = (): SubmitResult => ({
  ids: ['0'],
  segments: 1,
  coding: 'gsm7',
  replaced: [],
  state: 'enroute',
});
const until = (holds: () => boolean): Promise<void> =>
  expect.poll(holds, { timeout: patient(10_000), interval: 5 }).toBe(true);

describe('lines', () => {
  it('are answered in their order, each by itself, with a summary at the end', async () => {
    const sent = await open();
    sent.end(
      `${lineOf(1)}\r\n{"to":"447705550006","text":"x"}\r\n{"to":\n\n7\n{"to":"447740000002","text":"x","validity":"soon"}\n{"to":"447740000003","text":"Ende"}`,
    );
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/jsonl; charset=utf-8');
    const results = await resultsOf(answer);
    expect(results).toMatchObject([
      { line: 1, to: '447740000001', state: 'enroute' },
      { line: 3, to: '447705550006', code: 'refused', commandStatus: 'ESME_RINVDSTADR' },
      { line: 4, to: '', code: 'malformed_json' },
      { line: 6, to: '', code: 'invalid_field' },
      { line: 7, to: '447740000002', code: 'invalid_field', field: 'validity' },
      { line: 8, to: '447740000003', state: 'enroute' },
      { accepted: 2, refused: 4, done: true },
    ]);
    await rig.until(results[5].id, 'delivered');
  });

  it('of another name of the type are the same, and none at all are none', async () => {
    const body = lineOf(1);
    const results = await post(body, rig, { 'content-type': 'application/jsonl' });
    expect(results).toMatchObject([{ line: 1 }, { accepted: 1, done: true }]);
    expect(await post('\n\n')).toEqual([{ accepted: 0, refused: 0, done: true }]);
  });

  it('keep their characters wherever a chunk ends', async () => {
    const sent = await open();
    const octets = Buffer.from(lineOf(7, { to: '447740077777', text: 'Grüße 👋 日本' }));
    const response = once(sent, 'response');
    for (const octet of octets) {
      sent.write(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    sent.end();
    const [answer] = (await response) as [IncomingMessage];
    const [result] = await resultsOf(answer);
    await rig.until(result.id, 'delivered');
    expect(rig.box.phone('447740077777').inbox()[0]?.text).toBe('Grüße 👋 日本');
  });

  it('one that is huge, or in no UTF-8, is refused, and the rest goes on', async () => {
    const huge = `{"to":"447740000001","text":"${'x'.repeat(3 * 1024 * 1024)}"}\n`;
    const wrong = Buffer.concat([
      Buffer.from('{"to":"1","text":"'),
      Buffer.from([0xff]),
      Buffer.from('"}\n'),
    ]);
    const results = await post(Buffer.concat([Buffer.from(huge), wrong, Buffer.from(lineOf(3))]));
    expect(results).toMatchObject([
      { line: 1, code: 'body_too_large' },
      { line: 2, code: 'malformed_json' },
      { line: 3, state: 'enroute' },
      { accepted: 1, refused: 2, done: true },
    ]);
  });

  it('are answered while the body is still open', async () => {
    const sent = await open();
    sent.write(lineOf(1));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const [first] = await once(answer, 'data');
    expect(JSON.parse(String(first))).toMatchObject({ line: 1 });
    sent.write(lineOf(2));
    const [second] = await once(answer, 'data');
    expect(JSON.parse(String(second))).toMatchObject({ line: 2 });
    sent.end();
    expect(await resultsOf(answer)).toEqual([{ accepted: 2, refused: 0, done: true }]);
  });
});

it('twenty thousand in one request: all are sent, and some hundred are in flight', async () => {
  let now = 0;
  let most = 0;
  let largest = 0;
  inPlaceOf(rig, (real) => async (requests) => {
    now += requests.length;
    most = Math.max(most, now);
    largest = Math.max(largest, requests.length);
    const results = await real(requests);
    now -= requests.length;
    return results;
  });
  const count = 20_000;
  const body = Array.from({ length: count }, (_, at) => lineOf(at)).join('');
  const results = await post(body);
  expect(results).toHaveLength(count + 1);
  expect(results.at(-1)).toEqual({ accepted: count, refused: 0, done: true });
  expect(results.every(({ line }, at) => at === count || line === at + 1)).toBe(true);
  expect(largest).toBeLessThanOrEqual(lineLimits.groupLines);
  expect(largest).toBeGreaterThan(50);
  expect(most).toBeLessThanOrEqual(2 * lineLimits.groupLines);
});

it('while two groups are on their way nothing of the body is read, and no line is lost', async () => {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let asked = 0;
  inPlaceOf(rig, (real) => async (requests) => {
    asked += requests.length;
    await held;
    return real(requests);
  });
  const count = 3_000;
  const results = post(Array.from({ length: count }, (_, at) => lineOf(at)).join(''));
  await until(() => asked > lineLimits.groupLines);
  letGo();
  expect((await results).map(({ line }) => line).slice(0, count)).toEqual(
    Array.from({ length: count }, (_, at) => at + 1),
  );
});

describe('a client', () => {
  it('that does not read its answer has no more of its lines read', async () => {
    let begun = 0;
    inPlaceOf(rig, () => async (requests) => {
      begun += requests.length;
      return requests.map(taken);
    });
    const sent = await open();
    let written = 0;
    let isOver = false;
    const count = 400_000;
    const write = (): void => {
      while (written < count && !isOver) {
        written += 100;
        if (!sent.write(lineOf(written, { clientReference: 'r'.repeat(100) }).repeat(100))) return;
      }
      sent.end();
    };
    sent.on('drain', write);
    write();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    // Nothing is read, until nothing moves any more.
    let seen = -1;
    await until(() => {
      const stands = seen === begun && begun > 0;
      seen = begun;
      return stands;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(begun).toBe(seen);
    expect(begun).toBeLessThan(count / 2);
    isOver = true;
    const results = await resultsOf(answer);
    expect(results.at(-1)).toEqual({ accepted: begun, refused: 0, done: true });
    expect(begun).toBe(written);
  });

  it('that breaks off ends it: what was taken stays taken, and its place is free again', async () => {
    for (let round = 0; round < 3 * lineLimits.places.operators; round += 1) {
      const sent = await open();
      const to = `44774100${String(round).padStart(4, '0')}`;
      sent.write(lineOf(1, { to }) + lineOf(2).slice(0, 20));
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      const [first] = await once(answer, 'data');
      sent.destroy();
      if (round === 0) await rig.until(JSON.parse(String(first)).id, 'delivered');
    }
    // The last of them may be on its way out.
    const last = async (): Promise<Result> => (await post(lineOf(1))).at(-1);
    await expect.poll(last, { timeout: patient(10_000) }).toMatchObject({ accepted: 1, done: true });
  });

  it('has its places, and no more', async () => {
    const { each } = lineLimits.places;
    const named = await startManaged({ change: (given) => ({ ...given, filters: undefined }) });
    onTestFinished(() => named.close());
    const of = rigOf(named);
    const headers = { authorization: `Bearer ${keys.bank}` };
    const held = await Promise.all(Array.from({ length: each }, () => open(of, headers)));
    for (const one of held) {
      one.write(lineOf(1));
      await once(one, 'response');
    }
    const [problem] = await post(lineOf(1), of, headers);
    expect(problem).toMatchObject({ status: 503, code: 'full' });
    const [other] = await post(lineOf(1), of, { authorization: `Bearer ${keys.acme}` });
    expect(other).toMatchObject({ line: 1 });
  });
});

describe('when too much is waiting', () => {
  const full = (): SubmitResult => new GatewayError('CHAPPE_GATEWAY_FULL', 'too many messages are waiting');

  it('lines wait, and go on', async () => {
    let calls = 0;
    inPlaceOf(rig, () => async (requests) => {
      calls += 1;
      return requests.map((_, at) => (calls < 3 && at % 2 === 0 ? full() : taken()));
    });
    const results = await post([0, 1, 2, 3, 4].map((at) => lineOf(at)).join(''));
    expect(results.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, undefined]);
    expect(results.at(-1)).toEqual({ accepted: 5, refused: 0, done: true });
    expect(calls).toBe(3);
  });

  it('for long, they are refused; then the next ones at once', async () => {
    const clock = new SteppedClock();
    const own = await startRig({ clock });
    onTestFinished(() => own.close());
    let calls = 0;
    inPlaceOf(own, () => async (requests) => {
      calls += 1;
      return requests.map(full);
    });
    const ticking = setInterval(() => clock.advance(500), 2);
    onTestFinished(() => clearInterval(ticking));
    const count = 3 * lineLimits.groupLines;
    const results = await post(Array.from({ length: count }, (_, at) => lineOf(at)).join(''), own);
    expect(results).toHaveLength(count + 1);
    expect(results[0]).toMatchObject({ line: 1, code: 'full' });
    expect(results.at(-1)).toEqual({ accepted: 0, refused: count, done: true });
    expect(calls).toBeLessThan(100);
    expect(clock.ms).toBeGreaterThanOrEqual(lineLimits.patienceMs / 2);
  });
});

describe('in time', () => {
  it('a line that does not come to its end has the connection cut off', async () => {
    const clock = new SteppedClock();
    const own = await startRig({ clock, connections: { firstRequestMs: 35_000, nextRequestMs: 110_000 } });
    onTestFinished(() => own.close());
    const sent = await open(own);
    sent.write(lineOf(1));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const isCut = once(answer, 'error');
    await once(answer, 'data');
    // Lines that come make no request too old.
    for (let minute = 0; minute < 5; minute += 1) {
      clock.advance(30_000);
      sent.write(lineOf(2));
      await once(answer, 'data');
    }
    for (let count = 0; count < 8; count += 1) {
      clock.advance(5_000);
      sent.write(' ');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await isCut;
  });

  it('the limit of a whole request that Node has is not for it', async () => {
    const connected = once(rig.app.server, 'connection');
    const sent = await open();
    sent.write(lineOf(1));
    const [socket] = await connected;
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    await once(answer, 'data');
    const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    rig.app.server.emit('clientError', late, socket);
    sent.end(lineOf(2));
    expect(await resultsOf(answer)).toMatchObject([{ line: 2 }, { accepted: 2, done: true }]);
  });

  it('a stop ends it in order', async () => {
    const own = await startRig();
    const sent = await open(own);
    sent.write(lineOf(1));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    await once(answer, 'data');
    const rest = resultsOf(answer);
    await own.close();
    expect(await rest).toMatchObject([{ accepted: 1, refused: 0, done: false, code: 'stopping' }]);
  });
});

describe('is not for', () => {
  const reader = 'key-of-a-reader-0000';
  const shop = 'key-of-the-shop-00000';
  let named: readonly NamedKey[] = [{ name: 'grafana', role: 'read-only', hash: keyHash(reader) }];
  let managed: ManagedRig;
  let of: Rig;
  beforeAll(async () => {
    const auth = { adminKeyHashes: [keyHash(keys.admin)], keys: () => named };
    managed = await startManaged({ auth, change: (given) => ({ ...given, filters: undefined }) });
    of = rigOf(managed);
  });
  afterAll(() => managed.close());

  it('messages of other accounts', async () => {
    const more = { to: '447700900001', from: 'BANK' };
    const results = await post(
      lineOf(1, more) + lineOf(2, { ...more, account: 'acme' }) + lineOf(3, { ...more, account: 'bank' }),
      of,
      { authorization: `Bearer ${keys.bank}` },
    );
    expect(results).toMatchObject([
      { line: 1, id: expect.any(String) },
      { line: 2, code: 'forbidden' },
      { line: 3, id: expect.any(String) },
      { accepted: 2, refused: 1, done: true },
    ]);
  });

  it('a key that is taken away in the middle', async () => {
    const own = [{ name: 'shop', role: 'account', account: 'bank', hash: keyHash(shop) }] as const;
    named = [...named, ...own];
    const sent = await open(of, { authorization: `Bearer ${shop}`, connection: 'keep-alive' });
    sent.write(lineOf(1, { to: '447700900001', from: 'BANK' }));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    await once(answer, 'data');
    named = named.filter(({ name }) => name !== 'shop');
    sent.write(lineOf(2, { to: '447700900001', from: 'BANK' }).repeat(10_000));
    expect(await resultsOf(answer)).toMatchObject([
      { accepted: 1, refused: 0, done: false, code: 'forbidden' },
    ]);
    // What still comes is thrown away: the body can be sent to its end.
    sent.write(lineOf(2).repeat(100_000));
    await new Promise<void>((resolve) => sent.end(() => resolve()));
  });

  it('keys that only read', async () => {
    const [problem] = await post(lineOf(1), of, { authorization: `Bearer ${reader}` });
    expect(problem).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('an Idempotency-Key', async () => {
    const [problem] = await post(lineOf(1), rig, { 'idempotency-key': 'a' });
    expect(problem).toMatchObject({ status: 400, code: 'invalid_idempotency_key' });
  });

  it('other routes', async () => {
    const { status, json } = await rig.post('/api/v1/messages', lineOf(1), { 'content-type': type });
    expect([status, json.code]).toEqual([415, 'unsupported_media_type']);
  });
});

/** As far as these tests need one. */
function rigOf({ app }: ManagedRig): Rig {
  return {
    listen: async () => {
      if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
      const address = app.server.address();
      return new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    },
  } as Rig;
}

/** What is left of an Idempotency-Key when the process has ended, by itself or by a signal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ControlStore } from '@chappe/center';
import { Gateway } from '@chappe/gateway';
import { Simulation } from '@chappe/sandbox';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { argsOf } from '../../../test/support/our-programs.ts';
import { buildApi } from '../src/index.ts';
import { type Answered, StandingClock } from './rig.ts';

const url = '/api/v1/messages';
const body = { to: '447700900001', text: 'once', clientReference: 'order-1' };
const dayMs = 24 * 3_600_000;

/** A process on a data folder. */
interface Life {
  readonly control: ControlStore;
  post(key: string | undefined, body: object): Promise<Answered>;
  /** Messages in the store. */
  sent(): Promise<number>;
  /** How often there is a message of each client reference. */
  timesSent(): Promise<ReadonlyMap<string, number>>;
  end(): Promise<void>;
}

let folder: string;
let clock: StandingClock;
let lives: Life[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-idempotency-'));
  clock = new StandingClock();
  lives = [];
});
afterEach(async () => {
  for (const life of lives) await life.end();
  await rm(folder, { recursive: true, force: true });
});

/** `over`: stands between the gateway and its control store. */
async function life(
  path: string = folder,
  over: (control: ControlStore) => ControlStore = (control) => control,
): Promise<Life> {
  const store = await SqliteStore.open({ path });
  const control = over(SqliteControl.open(path));
  const outlets = new Simulation({ delayMs: [0, 1] });
  const gateway = await Gateway.start({ store, control, smpp: { port: 0 }, outlets });
  const app: FastifyInstance = buildApi({ gateway, version: '1.2.3', clock });
  let isOver = false;
  const begun: Life = {
    control,
    post: async (key, payload) => {
      const headers = key === undefined ? {} : { 'idempotency-key': key };
      const {
        statusCode,
        headers: given,
        body: text,
      } = await app.inject({ method: 'POST', url, payload, headers });
      return { status: statusCode, headers: given, text, json: JSON.parse(text) };
    },
    sent: async () => (await app.inject(url)).json().messages.length,
    timesSent: async () => {
      const times = new Map<string, number>();
      for (const { clientReference } of (await app.inject(`${url}?limit=500`)).json().messages)
        times.set(clientReference, (times.get(clientReference) ?? 0) + 1);
      return times;
    },
    end: async () => {
      if (isOver) return;
      isOver = true;
      await app.close();
      await gateway.stop({ drainMs: 100 });
    },
  };
  lives.push(begun);
  return begun;
}

/** A store that fails to write records with an answer: as if the process had ended right before. */
function withoutAnswers(control: ControlStore): ControlStore {
  const write: ControlStore['write'] = async (changes) => {
    const isAnswer = changes.some(({ kind, value }) => kind === 'idempotency' && value?.includes('"answer"'));
    if (isAnswer) throw new Error('too late');
    await control.write(changes);
  };
  return new Proxy(control, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** What a process that was killed has said: the keys that it had begun with, and the answers that were given. */
async function killed(answers: number): Promise<{ keys: Set<string>; bodies: Map<string, string> }> {
  const args = ['--no-warnings', ...argsOf('packages/api/test/idempotency-child.ts'), folder];
  const run = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(run, 'exit');
  const keys = new Set<string>();
  const bodies = new Map<string, string>();
  for await (const line of createInterface({ input: run.stdout })) {
    const { key, body: given } = JSON.parse(line) as { key: string; body?: string };
    keys.add(key);
    if (given !== undefined) bodies.set(key, given);
    if (bodies.size === answers) run.kill('SIGKILL');
  }
  await ended;
  return { keys, bodies };
}

describe('Idempotency-Key over a restart', () => {
  it('the same request gets the same answer, and nothing is sent twice', async () => {
    const before = await life();
    const first = await before.post('a', body);
    expect(first.status).toBe(202);
    await before.end();
    const after = await life();
    const second = await after.post('a', body);
    expect(second.status).toBe(202);
    expect(second.text).toBe(first.text);
    expect(second.headers.location).toBe(first.headers.location);
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect((await after.post('a', { ...body, text: 'twice' })).json.code).toBe('idempotency_key_reused');
    expect(await after.sent()).toBe(1);
  });

  it('also after a crash right after the answer', async () => {
    const before = await life();
    const [first] = await Promise.all([before.post('a', body), before.post('b', { ...body, text: 'other' })]);
    const crashed = await mkdtemp(join(tmpdir(), 'chappe-crashed-'));
    try {
      // What a crash would leave.
      await cp(folder, crashed, { recursive: true });
      const after = await life(crashed);
      const second = await after.post('a', body);
      expect(second.text).toBe(first?.text);
      expect(await after.sent()).toBe(2);
      await after.end();
    } finally {
      await rm(crashed, { recursive: true, force: true });
    }
  });

  it('after kill -9 each key is answered as before, or is uncertain, or had sent nothing; none is sent twice', async () => {
    const { keys, bodies } = await killed(60);
    expect(bodies.size).toBeGreaterThanOrEqual(60);
    clock.ms = Date.now() - new StandingClock().nowMs();
    const after = await life();
    const statuses = new Map<string, number>();
    for (const key of keys) {
      const again = await after.post(key, { to: '447700900001', text: key, clientReference: key });
      statuses.set(key, again.status);
      if (bodies.has(key)) expect(again.text).toBe(bodies.get(key));
    }
    expect(new Set([...statuses.values(), 202, 409])).toEqual(new Set([202, 409]));
    const times = await after.timesSent();
    expect(Math.max(...times.values())).toBe(1);
    for (const [key, status] of statuses) if (status === 202) expect(times.get(key)).toBe(1);
  });

  it('a crash between message and answer: it is said that this is not known, and nothing is sent', async () => {
    const before = await life(folder, withoutAnswers);
    expect((await before.post('a', body)).status).toBe(202);
    expect((await before.post('a', body)).headers['idempotency-replayed']).toBe('true');
    await before.end();
    const after = await life();
    const second = await after.post('a', body);
    expect(second.status).toBe(409);
    expect(second.json.code).toBe('idempotency_uncertain');
    expect(second.json.detail).toContain('2026-07-20T12:00:00.000Z');
    expect(second.json.hint).toContain('clientReference');
    expect((await after.post('a', { ...body, text: 'twice' })).json.code).toBe('idempotency_key_reused');
    expect(await after.sent()).toBe(1);
    expect((await after.post('b', body)).status).toBe(202);
  });

  it('a refusal is forgotten there too', async () => {
    const before = await life();
    expect((await before.post('a', { ...body, text: '', hex: '' })).status).toBe(400);
    expect((await before.post('b', { ...body, to: '447705550006' })).status).toBe(422);
    await before.end();
    const after = await life();
    expect(await after.control.list('idempotency')).toEqual([]);
    expect((await after.post('b', body)).status).toBe(202);
  });

  it('ends 24 hours after it came, wherever the process was meanwhile', async () => {
    const before = await life();
    const first = await before.post('a', body);
    await before.end();
    clock.ms = dayMs - 1;
    const between = await life();
    expect((await between.post('a', body)).text).toBe(first.text);
    await between.end();
    clock.ms = dayMs;
    const after = await life();
    const later = await after.post('a', body);
    expect(later.status).toBe(202);
    expect(later.json.id).not.toBe(first.json.id);
    expect(await after.control.list('idempotency')).toHaveLength(1);
  });

  it('is nowhere in plain, and nothing is written for requests without one', async () => {
    const before = await life();
    await before.post(undefined, body);
    expect(await before.control.list('idempotency')).toEqual([]);
    await before.post('my-secret-key', body);
    const listed = await before.control.list('idempotency');
    expect(listed).toHaveLength(1);
    expect(JSON.parse(listed[0]?.value ?? '').version).toBe(1);
    expect(JSON.stringify(listed)).not.toContain('my-secret-key');
  });
});

import type { Message } from '@chappe/center';
import type { GatewayCounters, GatewayEvent, GatewayListener, SessionView } from '@chappe/gateway';
import { startSandbox } from '@chappe/sandbox';
import { expect, onTestFinished, test } from 'vitest';
import { LiveView, lineOf, type Watched } from '../../src/start/live-view.ts';

const session = {
  id: 1,
  account: 'acme',
  bind: 'transceiver',
  version: '3.4',
  address: '127.0.0.1',
  port: 51_234,
  tls: false,
} as SessionView;

function message(more: Partial<Message> = {}): Message {
  const digits = (of: string) => ({ ton: 1, npi: 1, digits: of });
  return {
    kind: 'mt',
    account: 'acme',
    source: digits('ACME'),
    destination: digits('447700900123'),
    publicId: '7f3a01',
    attempts: 0,
    text: 'Hello',
    state: 'enroute',
    acceptedMs: 0,
    doneMs: 0,
    content: new Uint8Array(9),
    timeline: '',
    ...more,
  } as Message;
}

const moment = { number: 1, tag: 2, atMs: 0 };
const bound: GatewayEvent = { ...moment, type: 'session.bound', session };

function step(name: 'accepted' | 'delayed' | 'delivered', more?: Partial<Message>): GatewayEvent {
  return { ...moment, type: `message.${name}`, step: 'enroute', message: message(more) };
}

/** A gateway and a clock that do only what they are told. */
class Scene implements Watched {
  readonly lines: string[] = [];
  readonly listeners = new Set<GatewayListener>();
  accepted = 0;
  nowMs = Date.UTC(2026, 10, 23, 12);
  timer: { readonly run: () => void; readonly atMs: number } | undefined;
  readonly events = {
    subscribe: (listener: GatewayListener) => {
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    },
  };
  readonly clock = {
    nowMs: () => this.nowMs,
    monotonicMs: () => this.nowMs,
    setTimer: (run: () => void, delayMs: number) => {
      this.timer = { run, atMs: this.nowMs + delayMs };
      return () => {
        this.timer = undefined;
      };
    },
  };

  view(isVerbose = false): LiveView {
    return new LiveView(this, { print: (line) => this.lines.push(line), isVerbose, clock: this.clock });
  }

  counters(): GatewayCounters {
    return { center: { accepted: this.accepted, delivered: this.accepted - 1 } } as GatewayCounters;
  }

  sessions(): SessionView[] {
    return [session];
  }

  happens(event: GatewayEvent): void {
    if ('step' in event) this.accepted += 1;
    for (const listener of this.listeners) listener(event);
  }

  passes(ms: number): void {
    this.nowMs += ms;
    const due = this.timer;
    if (due === undefined || due.atMs > this.nowMs) return;
    this.timer = undefined;
    due.run();
  }
}

test('a line per bind, message and unbind; texts only when asked for', () => {
  expect(lineOf(bound, false)).toBe('bound    acme  transceiver 3.4  127.0.0.1:51234');
  expect(
    lineOf({ ...moment, type: 'session.bound', session: { ...session, tls: true, address: '::1' } }, false),
  ).toContain('TLS  [::1]:51234');
  expect(lineOf({ ...moment, type: 'session.unbound', session, reason: 'peer_unbound' }, false)).toMatch(
    /^unbound {2}acme .*: peer unbound$/,
  );
  expect(lineOf(step('accepted'), false)).toBe('mt       acme  ACME -> 447700900123  id 7f3a01');
  expect(lineOf(step('accepted'), true)).toBe('mt       acme  ACME -> 447700900123  id 7f3a01  "Hello"');
});

test('ends of messages only when asked for; retries and receipts never', () => {
  const ended = { attempts: 1, state: 'delivered' } as const;
  expect(lineOf(step('delivered', ended), false)).toBeUndefined();
  expect(lineOf(step('delivered', ended), true)).toMatch(/7f3a01 {2}delivered$/);
  expect(lineOf(step('delayed', { attempts: 1 }), true)).toBeUndefined();
  const receipt = message({ kind: 'receipt' });
  const told = { ...moment, type: 'receipt.delivered', step: 'delivered', message: receipt } as const;
  expect(lineOf(told, true)).toBeUndefined();
});

test('what peers send cannot move the cursor or write lines of its own', () => {
  const evil = { ton: 5, npi: 0, digits: '\u001b[2J\nfake' };
  const line = lineOf(
    step('accepted', { source: evil, account: 'a\u001b]0;', text: '\u001b[31m\r\n' }),
    true,
  );
  expect([...line!].filter((character) => character < ' ')).toEqual([]);
  expect(lineOf(step('accepted', { text: 'x'.repeat(10_000) }), true)!.length).toBeLessThan(150);
});

test('a busy second is told in one line, and is not listened to', () => {
  const scene = new Scene();
  const view = scene.view();
  for (let count = 0; count < 1_000; count += 1) scene.happens(step('accepted'));
  expect(scene.lines).toHaveLength(20);
  expect(scene.listeners.size).toBe(0);

  scene.passes(1_000);
  expect(scene.lines).toHaveLength(21);
  expect(scene.lines.at(-1)).toMatch(/busy +979 messages more, 979 delivered, 1 sessions bound$/);
  expect(scene.listeners.size).toBe(1);

  scene.happens(step('accepted'));
  expect(scene.lines).toHaveLength(22);
  view.stop();
  expect(scene.listeners.size).toBe(0);
});

test('twenty lines every second are shown', () => {
  const scene = new Scene();
  const view = scene.view();
  for (let second = 0; second < 3; second += 1) {
    for (let count = 0; count < 20; count += 1) scene.happens(bound);
    scene.passes(1_000);
  }
  expect(scene.lines).toHaveLength(60);
  view.stop();
});

test('stopped while resting, it stays stopped', () => {
  const scene = new Scene();
  const view = scene.view();
  for (let count = 0; count < 30; count += 1) scene.happens(step('accepted'));
  view.stop();
  scene.passes(1_000);
  expect(scene.listeners.size).toBe(0);
  expect(scene.lines).toHaveLength(20);
});

test('what a real gateway did in a busy second is counted', async () => {
  const sandbox = await startSandbox({ handsets: { delayMs: [0, 0] } });
  onTestFinished(() => sandbox.close());
  const { gateway } = sandbox;
  const lines: string[] = [];
  let wake: (() => void) | undefined;
  const clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    setTimer: (run: () => void) => {
      wake = run;
      return () => undefined;
    },
  };
  const view = new LiveView(gateway, { print: (line) => lines.push(line), isVerbose: false, clock });
  onTestFinished(() => view.stop());
  const submit = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, at) =>
        gateway.submit({ account: 'a', to: `4477009${at}`, text: 'x' }),
      ),
    );
  await submit(30);
  expect(wake).toBeDefined();
  const before = gateway.counters().center.accepted;
  await submit(100);
  wake?.();
  const told = /busy +(\d+) messages more, (\d+) delivered/.exec(lines.at(-1) ?? '');
  // Those of the first thirty that came after the twentieth line are among them.
  expect(Number(told?.[1])).toBeGreaterThanOrEqual(gateway.counters().center.accepted - before);
  expect(Number(told?.[1])).toBeLessThanOrEqual(130);
});

import type { GatewayEvent, GatewayListener } from '@chappe/gateway';
import type { BindRefusal } from '@chappe/policy';
import { describe, expect, it } from 'vitest';
import { GatewayLog } from '../../src/serve/log-gateway.ts';
import { LineLimit } from '../../src/serve/log-limit.ts';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A log of a gateway that is played by the test. */
class Stage {
  readonly lines: Line[] = [];
  readonly upstreams: { name: string; counters: { receiptsUnmatched: number } }[] = [];
  readonly log: GatewayLog;
  hear: GatewayListener | undefined;
  withMessages: boolean | undefined;
  minute: (() => void) | undefined;
  readonly end: () => void;

  constructor() {
    const write = (level: string) => (fields: object, message: string) =>
      void this.lines.push({ ...fields, level, message });
    const clock = {
      setTimer: (run: () => void, delayMs: number) => {
        expect(delayMs).toBe(60_000);
        this.minute = run;
        return () => {
          this.minute = undefined;
        };
      },
    };
    this.log = new GatewayLog({ info: write('info'), warn: write('warn') }, clock);
    this.end = this.log.attach({
      events: {
        subscribe: (listener, withMessages) => {
          this.hear = listener;
          this.withMessages = withMessages;
          return () => {
            this.hear = undefined;
          };
        },
      },
      network: { upstreams: { list: () => this.upstreams } },
    });
  }

  tell(...events: readonly GatewayEvent[]): void {
    for (const event of events) this.hear?.(event);
  }

  /** The lines since the last call. */
  take(): Line[] {
    return this.lines.splice(0);
  }
}

function refusal(account: string, address: string): BindRefusal {
  return { account, address, reason: 'password', status: 14, text: 'the password is wrong' };
}

const moment = { number: 1, tag: 2, atMs: 0 };

const upstream = (
  type: Extract<GatewayEvent, { connector: string }>['type'],
  connector = 'op-a',
): GatewayEvent => ({ ...moment, type, connector, detail: 'why' });

describe('a log of a gateway', () => {
  it('tells what happens at upstreams, each in its words', () => {
    const stage = new Stage();
    stage.tell(upstream('connector.bound'), upstream('connector.unbound'), upstream('connector.failed'));
    stage.tell(upstream('breaker.opened'), upstream('breaker.closed'));
    expect(stage.take()).toEqual([
      {
        level: 'info',
        event: 'connector.bound',
        connector: 'op-a',
        detail: 'why',
        message: 'upstream bound',
      },
      {
        level: 'warn',
        event: 'connector.unbound',
        connector: 'op-a',
        detail: 'why',
        message: 'upstream lost',
      },
      expect.objectContaining({ level: 'warn', message: 'bind to upstream failed' }),
      expect.objectContaining({
        level: 'warn',
        message: expect.stringContaining('breaker of upstream open'),
      }),
      expect.objectContaining({
        level: 'info',
        message: expect.stringContaining('breaker of upstream closed'),
      }),
    ]);
  });

  it('asks for no steps of messages', () => {
    expect(new Stage().withMessages).toBe(false);
  });

  it('tells a guesser once a minute, with the count of the others', () => {
    const stage = new Stage();
    for (let guess = 0; guess < 500; guess += 1) stage.log.bindRefused(refusal('acme', '10.0.0.1'));
    stage.log.bindRefused(refusal('acme', '10.0.0.2'));
    expect(stage.take()).toMatchObject([
      { level: 'warn', account: 'acme', address: '10.0.0.1', reason: 'password', status: 14 },
      { level: 'warn', account: 'acme', address: '10.0.0.2' },
    ]);
    stage.minute?.();
    expect(stage.take()).toMatchObject([{ about: 'acme from 10.0.0.1', count: 499 }]);
    stage.minute?.();
    expect(stage.take()).toEqual([]);
    stage.log.bindRefused(refusal('acme', '10.0.0.1'));
    expect(stage.take()).toHaveLength(1);
  });

  it('is not flooded by ever new names', () => {
    const stage = new Stage();
    for (let guess = 0; guess < 50_000; guess += 1)
      stage.log.bindRefused(refusal(`name${guess}`, '10.0.0.1'));
    stage.minute?.();
    const lines = stage.take();
    expect(lines.length).toBeLessThan(30);
    const counted = lines.reduce((sum, { count }) => sum + (typeof count === 'number' ? count : 1), 0);
    expect(counted).toBe(50_000);
  });

  it('is not flooded by a flapping upstream, by sessions, or by alarms', () => {
    const stage = new Stage();
    const session = { id: 1, account: 'acme', bind: 'transceiver', address: '10.0.0.1' } as never;
    const alarm = {
      account: 'acme',
      kind: 'sequential',
      prefix: '44',
      value: 50,
      atMs: 0,
      stopped: true,
    } as const;
    for (let time = 0; time < 1_000; time += 1) {
      stage.tell(upstream('connector.bound'), upstream('connector.unbound'));
      stage.tell(
        { ...moment, type: 'session.bound', session },
        { ...moment, type: 'session.unbound', session, reason: 'peer_closed' },
      );
      stage.tell({ ...moment, type: 'pumping.detected', alarm });
    }
    expect(stage.take()).toHaveLength(5 + 5 + 10 + 10 + 5);
    stage.minute?.();
    expect(stage.take().map(({ count }) => count)).toEqual([995, 995, 990, 990, 995]);
  });

  it('tells an alarm with what follows from it', () => {
    const stage = new Stage();
    const alarm = { account: 'acme', kind: 'sequential', prefix: '447700900', value: 50, atMs: 0 } as const;
    stage.tell({ ...moment, type: 'pumping.detected', alarm: { ...alarm, stopped: true } });
    stage.tell({ ...moment, type: 'pumping.detected', alarm: { ...alarm, stopped: false } });
    expect(stage.take()).toMatchObject([
      {
        account: 'acme',
        alarm: 'sequential',
        prefix: '447700900',
        message: expect.stringContaining('is refused now'),
      },
      { message: expect.stringContaining('nothing is refused') },
    ]);
  });

  it('counts receipts without message, one line a minute, also when a connector begins anew', () => {
    const stage = new Stage();
    stage.upstreams.push({ name: 'op-a', counters: { receiptsUnmatched: 7 } });
    stage.upstreams.push({ name: 'op-b', counters: { receiptsUnmatched: 0 } });
    stage.minute?.();
    expect(stage.take()).toMatchObject([{ level: 'warn', count: 7, connectors: { 'op-a': 7 } }]);
    stage.minute?.();
    expect(stage.take()).toEqual([]);
    stage.upstreams[0] = { name: 'op-a', counters: { receiptsUnmatched: 2 } };
    stage.end();
    expect(stage.take()).toMatchObject([{ count: 2 }]);
    expect([stage.hear, stage.minute]).toEqual([undefined, undefined]);
  });

  it('says nothing of messages and handsets', () => {
    const stage = new Stage();
    stage.tell({ ...moment, type: 'message.sent', step: 'sent', message: {} as never });
    stage.tell({ ...moment, type: 'handset.received', msisdn: '447700900123', message: {} as never });
    expect(stage.take()).toEqual([]);
  });
});

describe('a limit of lines', () => {
  it('counts what it does not let through, most first, and keeps a bounded number of things apart', () => {
    const limit = new LineLimit({ perKey: 2, inAll: 3 });
    expect([1, 2, 3].map(() => limit.allows('a'))).toEqual([true, true, false]);
    expect(['b', 'b', 'b'].map((key) => limit.allows(key))).toEqual([true, false, false]);
    expect(limit.turn()).toEqual([
      { key: 'b', count: 2 },
      { key: 'a', count: 1 },
    ]);
    for (let key = 0; key < 5_000; key += 1) limit.allows(`k${key}`);
    const suppressed = limit.turn();
    expect(suppressed[0]).toEqual({ key: '', count: 4_000 });
    expect(suppressed).toHaveLength(1 + 997);
    expect(limit.turn()).toEqual([]);
  });
});

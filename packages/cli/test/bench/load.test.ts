import type { Pdu, PduInput } from '@chappe/protocol';
import type { Done } from '@chappe/smpp';
import { SmppTimeoutError } from '@chappe/smpp';
import { describe, expect, it } from 'vitest';
import { Load, type LoadOptions, type Submitter } from '../../src/bench/load.ts';
import { ReceiptBook } from '../../src/bench/receipt-book.ts';

/** Time that moves only when told, and timers that go off on the way. */
class Time {
  nowMs = 0;
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];

  setTimer = (run: () => void, delayMs: number): (() => void) => {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = untilMs;
  }
}

/** A server that answers when told. */
class Server implements Submitter {
  readonly open: { readonly pdu: PduInput; readonly done: Done }[] = [];

  submit(pdu: PduInput, done: Done): void {
    this.open.push({ pdu, done });
  }

  answer(command_status = 0): void {
    const { pdu, done } = this.open.shift()!;
    const message_id = String((pdu as { readonly destination_addr?: string }).destination_addr);
    done({
      command: 'submit_sm_resp',
      command_status,
      sequence_number: 1,
      message_id,
      tlvs: [],
      flags: [],
    } as Pdu);
  }
}

function rig(options: Partial<LoadOptions>, book?: ReceiptBook) {
  const time = new Time();
  const server = new Server();
  const receipts: [number, number][] = [];
  const load = new Load(
    server,
    {
      inFlight: 3,
      perSecond: undefined,
      messages: undefined,
      durationMs: 1000,
      warmUpMs: 0,
      message: (index) => ({ command: 'submit_sm', destination_addr: String(index) }),
      nowMs: () => time.nowMs,
      setTimer: time.setTimer,
      signal: new AbortController().signal,
      ...options,
    },
    book,
    (sentMs, cameMs) => receipts.push([sentMs, cameMs]),
  );
  return { time, server, load, receipts };
}

describe('the load', () => {
  it('keeps the window full, and ends when all is answered', async () => {
    const { time, server, load } = rig({});
    const run = load.run();
    expect(server.open).toHaveLength(3);
    time.advance(10);
    server.answer();
    expect(server.open).toHaveLength(3);
    time.advance(1000);
    let hasEnded = false;
    void run.then(() => {
      hasEnded = true;
    });
    while (server.open.length > 0) {
      await Promise.resolve();
      expect(hasEnded).toBe(false);
      server.answer();
    }
    await run;
    expect(load.counts).toMatchObject({ sent: 4, submitted: 4, accepted: 4, errors: 0 });
    expect([load.measuredFromMs, load.measuredToMs]).toEqual([0, 1000]);
  });

  it('ends after so many messages', async () => {
    const { server, load } = rig({ messages: 5 });
    const run = load.run();
    while (server.open.length > 0) server.answer();
    await run;
    expect(load.counts.sent).toBe(5);
  });

  it('leaves the warm-up out', async () => {
    const { time, server, load } = rig({ inFlight: 1, warmUpMs: 100, durationMs: 100 });
    const run = load.run();
    for (let ms = 0; ms < 200; ms += 10) {
      time.advance(10);
      server.answer();
    }
    await run;
    expect(load.counts.sent).toBe(20);
    expect(load.counts.submitted).toBe(10);
    expect(load.latencies.count).toBe(10);
  });

  it('counts the latency from when a message was due, so that a stalled server is not flattered', async () => {
    const { time, server, load } = rig({ inFlight: 1, perSecond: 100, durationMs: 1000, messages: 50 });
    const run = load.run();
    // Nothing is answered for 490 ms: 48 messages that were due in that time could not even leave.
    time.advance(490);
    expect(server.open).toHaveLength(1);
    while (server.open.length > 0) server.answer();
    time.advance(510);
    await run;
    expect(load.latencies.count).toBe(50);
    expect(load.latencies.maxMs).toBeCloseTo(490, 0);
    // Each waited 10 ms less than the one before: half of them more than about 245 ms.
    expect(load.latencies.percentile(0.5)).toBeGreaterThan(235);
    expect(load.latencies.percentile(0.5)).toBeLessThan(255);
  });

  it('keeps to the rate', async () => {
    const { time, server, load } = rig({ inFlight: 1000, perSecond: 100, durationMs: 1000 });
    const run = load.run();
    time.advance(500);
    expect(server.open.length).toBeGreaterThanOrEqual(50);
    expect(server.open.length).toBeLessThanOrEqual(52);
    time.advance(500);
    while (server.open.length > 0) server.answer();
    await run;
    expect(load.counts.sent).toBeGreaterThanOrEqual(100);
    expect(load.counts.sent).toBeLessThanOrEqual(101);
  });

  it('counts refusals and lost responses by their reasons', async () => {
    const { server, load } = rig({ messages: 3 });
    const run = load.run();
    server.answer(0x58);
    server.answer(0x58);
    server.open.shift()!.done(new SmppTimeoutError('response', 'late', { maybeSent: true }));
    await run;
    expect(load.counts).toMatchObject({ accepted: 0, errors: 3, timeouts: 1 });
    expect([...load.counts.reasons]).toEqual([
      ['ESME_RTHROTTLED', 2],
      ['CHAPPE_SMPP_TIMEOUT', 1],
    ]);
  });

  it('knows receipts that come before the response', async () => {
    const book = new ReceiptBook();
    const { time, server, load, receipts } = rig({ messages: 1 }, book);
    const run = load.run();
    time.advance(5);
    book.came('0', 5);
    time.advance(5);
    server.answer();
    await run;
    expect(receipts).toEqual([[0, 5]]);
    expect(book.missing).toBe(0);
  });

  it('ends at once when it is interrupted', async () => {
    const stop = new AbortController();
    const { server, load } = rig({ signal: stop.signal });
    const run = load.run();
    stop.abort();
    while (server.open.length > 0) server.answer();
    await run;
    expect(load.counts.sent).toBe(3);
  });
});

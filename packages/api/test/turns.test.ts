import { describe, expect, it } from 'vitest';
import type { Caller } from '../src/auth/caller.ts';
import { maxHeldBack } from '../src/auth/refusals.ts';
import { connectionLimits } from '../src/connections.ts';
import { readerLimits } from '../src/routes/events.ts';
import { waitLimits } from '../src/routes/wait-for-message.ts';
import { type ShareLimits, Shares } from '../src/shares.ts';
import { type Turn, type TurnLimits, Turns } from '../src/turns.ts';

const limits: TurnLimits = { atOnce: 3, each: 2, waiting: 5 };
const never = new AbortController().signal;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Callers that ask for turns, and the order in which they get them. */
class Bench {
  readonly turns = new Turns(limits);
  readonly order: string[] = [];
  readonly held: Turn[] = [];
  readonly refused: unknown[] = [];

  ask(caller: string, signal: AbortSignal = never): void {
    this.turns.take(caller, signal).then(
      (turn) => {
        this.order.push(caller);
        this.held.push(turn);
      },
      (error) => this.refused.push(error),
    );
  }
}

describe('turns', () => {
  it('come at once while there is room, some few for each caller', async () => {
    const bench = new Bench();
    for (const caller of ['a', 'a', 'a', 'b', 'b']) bench.ask(caller);
    await settled();
    expect(bench.order).toEqual(['a', 'a', 'b']);
  });

  it('come in rounds: who asks for much delays only itself', async () => {
    const bench = new Bench();
    for (let count = 0; count < 7; count += 1) bench.ask('a');
    bench.ask('b');
    bench.ask('c');
    await settled();
    while (bench.held.length > 0) {
      bench.held.shift()?.over();
      await settled();
    }
    expect(bench.order.indexOf('b')).toBeLessThan(3);
    expect(bench.order.indexOf('c')).toBeLessThan(5);
    expect(bench.order.filter((caller) => caller === 'a')).toHaveLength(7);
  });

  it('last until the answer has left: who does not read gets no more, others do', async () => {
    const bench = new Bench();
    for (const caller of ['a', 'a', 'a', 'b', 'b', 'b']) bench.ask(caller);
    await settled();
    expect(bench.order).toEqual(['a', 'a', 'b']);
    for (const turn of bench.held.slice(0, 2)) turn.worked();
    await settled();
    expect(bench.order).toEqual(['a', 'a', 'b', 'b']);
    bench.held[0]?.over();
    bench.held[0]?.over();
    bench.held[0]?.worked();
    await settled();
    expect(bench.order).toEqual(['a', 'a', 'b', 'b', 'a']);
  });

  it('are refused when too much of one caller waits', async () => {
    const bench = new Bench();
    for (let count = 0; count < 8; count += 1) bench.ask('a');
    await settled();
    expect(bench.refused).toMatchObject([{ code: 'throttled', status: 429 }]);
    bench.ask('b');
    await settled();
    expect(bench.order).toEqual(['a', 'a', 'b']);
  });

  it('are given up by who goes away', async () => {
    const bench = new Bench();
    const leaving = new AbortController();
    bench.ask('a');
    bench.ask('a');
    bench.ask('a', leaving.signal);
    bench.ask('a', AbortSignal.abort());
    bench.ask('a');
    leaving.abort();
    await settled();
    expect(bench.refused).toMatchObject([{ code: 'stopping' }, { code: 'stopping' }]);
    for (const turn of bench.held.splice(0)) turn.over();
    await settled();
    expect(bench.order).toEqual(['a', 'a', 'a']);
  });
});

describe('shares', () => {
  const some: ShareLimits = { each: 2, accounts: 3, operators: 2 };
  const account = (name: string): Caller => ({ kind: 'account', name, key: name });
  const admin: Caller = { kind: 'key', name: 'admin', role: 'admin' };
  const anybody: Caller = { kind: 'anybody' };
  const takes = (shares: Shares, callers: readonly Caller[]): readonly boolean[] =>
    callers.map((caller) => shares.take(caller) !== undefined);

  it('are those of each account, of all accounts, and of those who run it', () => {
    const shares = new Shares(some);
    const [a, b, c] = [account('a'), account('b'), account('c')];
    expect(takes(shares, [a, a, a, b, b, c])).toEqual([true, true, false, true, false, false]);
    expect(takes(shares, [admin, admin, admin])).toEqual([true, true, false]);
  });

  it('are given back', () => {
    const shares = new Shares(some);
    const first = shares.take(account('a'));
    expect(takes(shares, [account('a'), account('a')])).toEqual([true, false]);
    first?.();
    expect(takes(shares, [account('a'), account('a')])).toEqual([true, false]);
  });

  it('are all for everybody where nobody needs a key', () => {
    expect(takes(new Shares(some), Array<Caller>(6).fill(anybody))).toEqual([...Array(5).fill(true), false]);
  });

  it('of all kinds together leave connections for others', () => {
    const atWork = [readerLimits, waitLimits].reduce((sum, one) => sum + one.accounts + one.operators, 0);
    expect(atWork + maxHeldBack).toBeLessThan(connectionLimits.places - 100);
    // What the gateway lets wait.
    expect(waitLimits.accounts + waitLimits.operators).toBeLessThanOrEqual(1_000);
  });
});

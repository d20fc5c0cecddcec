import { describe, expect, it } from 'vitest';
import { PendingReceipts, type TimedReceipt } from '../../src/receipts/pending-receipts.ts';

function waiting(
  names: readonly string[],
  meant: string,
  untilMs = 1_000,
): TimedReceipt & { alone: boolean[] } {
  const alone: boolean[] = [];
  return {
    names,
    sinceMs: 0,
    untilMs,
    alone,
    found: (name, isAlone) => {
      alone.push(isAlone);
      return name === meant;
    },
    giveUp: () => undefined,
    refuse: () => undefined,
  };
}

describe('receipts that wait', () => {
  it('do not displace each other where one may be the other in another form', () => {
    const all = new PendingReceipts();
    // 22 in decimal is 16 in hexadecimal.
    const sixteen = waiting(['16', '10', '22'], '16');
    const twentyTwo = waiting(['22', '16', '34'], '22');
    all.add(sixteen);
    all.add(twentyTwo);
    expect(all.tell('22', 0)).toBe(twentyTwo);
    expect(all.tell('16', 0)).toBe(sixteen);
    expect([sixteen.alone, twentyTwo.alone]).toEqual([[false, true], [false]]);
    expect(all.size).toBe(0);
    expect(all.tell('10', 0)).toBeUndefined();
  });

  it('stay when they are not meant, and are deaf when their time is over', () => {
    const all = new PendingReceipts();
    const one = waiting(['a', 'b'], 'b', 500);
    all.add(one);
    expect(all.tell('a', 0)).toBeUndefined();
    expect(all.tell('b', 500)).toBeUndefined();
    expect([one.alone, all.size]).toEqual([[true], 1]);
    expect(all.tell('b', 499)).toBe(one);
  });

  it('end once, and disarm their timers', () => {
    const all = new PendingReceipts();
    let disarmed = 0;
    const disarm = (): void => {
      disarmed += 1;
    };
    const one = { ...waiting(['a'], 'a'), disarm };
    const other = { ...waiting(['b'], 'b'), disarm };
    all.add(one);
    all.add(other);
    expect(all.eldest).toBe(one);
    expect([all.end(one), all.end(one), disarmed]).toEqual([true, false, 1]);
    expect(all.eldest).toBe(other);
    expect(all.clear()).toEqual([other]);
    expect([all.size, disarmed]).toEqual([0, 2]);
  });
});

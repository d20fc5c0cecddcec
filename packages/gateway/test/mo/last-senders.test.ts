import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastSenders } from '../../src/mo/last-senders.ts';

describe('last writers', () => {
  it('the last one counts, for that sender and handset', () => {
    const writers = new LastSenders();
    writers.note('a', 'ACME', '44');
    writers.note('b', 'ACME', '+44');
    writers.note('c', '+60100', '44');
    expect(writers.of('ACME', '44')).toBe('b');
    expect(writers.of('60100', '+44')).toBe('c');
    expect(writers.of('ACM', 'E44')).toBeUndefined();
    expect(writers.of('44', 'ACME')).toBeUndefined();
  });

  it('at most so many, the latest half of them surely', () => {
    const most = 10;
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 200 }), (notes) => {
        const writers = new LastSenders(most);
        for (const [at, handset] of notes.entries()) writers.note(`account${at}`, 'S', String(handset));
        expect(writers.size).toBeLessThanOrEqual(most);
        const latest = new Map<number, number>();
        for (const [at, handset] of notes.entries()) {
          latest.delete(handset);
          latest.set(handset, at);
        }
        for (const [handset, at] of [...latest].slice(-(most / 2))) {
          expect(writers.of('S', String(handset))).toBe(`account${at}`);
        }
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { IdLearning } from '../../src/receipts/learning.ts';

describe('a pinned form of ids', () => {
  it('is tried first and never unlearned', () => {
    const ids = new IdLearning('auto', undefined);
    ids.pin('hex-dec');
    expect(ids.relation).toBe('hex-dec');
    expect(ids.order[0]).toBe('hex-dec');
    for (let count = 0; count < 20; count += 1) expect(ids.noteHit('same', `a${count}`)).toBe(false);
    expect(ids.relation).toBe('hex-dec');
  });

  it('gives way to what the settings say', () => {
    const ids = new IdLearning('same', undefined);
    ids.pin('hex-dec');
    expect(ids.order).toEqual(['same']);
  });
});

import type { Message } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { chargedAtEnd } from '../../src/money/charging.ts';

const message = (more: Partial<Message>): Message =>
  ({ lane: 'via:a', attempts: 0, group: undefined, memo: undefined, ...more }) as Message;

describe('a broadcast that was taken back', () => {
  it.each([
    ['before it went out', 0, false],
    ['after it went out', 2, true],
  ])('%s', (_, attempts, isCharged) => {
    const one = message({ lane: 'broadcast', attempts });
    expect(chargedAtEnd(one, 'deleted', undefined)).toBe(isCharged);
  });

  it('is told from a message that was tried in vain', () => {
    expect(chargedAtEnd(message({ lane: 'handsets', attempts: 2 }), 'deleted', undefined)).toBe(false);
  });
});

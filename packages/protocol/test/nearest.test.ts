import { describe, expect, it } from 'vitest';
import { nearest } from '../src/index.ts';

describe('the word that was probably meant', () => {
  it.each<[string, string[], string | undefined]>([
    ['smpp-prot', ['smpp-port', 'tls-port'], 'smpp-port'],
    ['op-c', ['op-aa', 'op-b'], 'op-b'],
    ['bindz', ['binds', 'window'], 'binds'],
    ['windwo', ['binds', 'window'], 'window'],
    ['ALLOWFROM', ['allowFrom'], 'allowFrom'],
    ['messageId', ['message_id', 'message_state'], 'message_id'],
    ['xyzzy', ['smpp-port'], undefined],
    ['acme', ['bank'], undefined],
    ['ab', ['xy'], undefined],
    ['', ['a'], undefined],
    ['txt', ['to', 'from', 'text'], 'text'],
    ['t', ['to', 'from', 'text'], 'to'],
    ['clientReferense', ['clientReference'], 'clientReference'],
    ['colour', ['to', 'from', 'text', 'priority'], undefined],
    ['port', [], undefined],
  ])('%s of %j is %s', (word, words, meant) => {
    expect(nearest(word, words)).toBe(meant);
  });

  it('takes no time for words that are none', () => {
    const words = Array.from({ length: 1_000 }, (_, index) => `word${index}`);
    expect(nearest('x'.repeat(1_000_000), words)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { lastLine } from '../src/message/last-line.ts';

const timeline = [
  '1 accepted',
  '2 sent reference=a',
  '3 uncertain unanswered: sent again, possible duplicate',
  '4 sent reference=b id=B',
  '5 retry receipt late: sent again',
  '6 sentinel x=1',
  '',
].join('\n');

describe('the last line of a step', () => {
  it.each([
    ['accepted', '1 accepted'],
    ['sent', '4 sent reference=b id=B'],
    ['retry', '5 retry receipt late: sent again'],
    ['sentinel', '6 sentinel x=1'],
    ['duplicate', undefined],
    ['again', undefined],
  ])('%s', (step, line) => {
    expect(lastLine(timeline, step)).toBe(line);
  });

  it('without an end of line, and of no timeline', () => {
    expect(lastLine('1 sent', 'sent')).toBe('1 sent');
    expect(lastLine('', 'sent')).toBeUndefined();
  });
});

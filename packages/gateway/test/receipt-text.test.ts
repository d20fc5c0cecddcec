import { formatReceiptText, parseReceiptText } from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReceiptText } from '../src/egress/receipt-text.ts';

const at = Date.UTC(2026, 6, 20, 23, 59, 58);
const facts = {
  id: '00b603c3a0000080000000',
  stat: 'DELIVRD',
  delivered: true,
  error: 0,
  submittedMs: at,
  doneMs: at + 5_000,
  submitted: 1,
  text: 'Hello',
};

describe('receipt text', () => {
  it('is the form of SMPP 3.4 appendix B', () => {
    expect(new ReceiptText().write(facts)).toBe(
      'id:00b603c3a0000080000000 sub:001 dlvrd:001 submit date:2607202359 done date:2607210000 stat:DELIVRD err:000 text:Hello',
    );
  });

  it('in another format', () => {
    const writer = new ReceiptText({
      seconds: true,
      offsetMinutes: 60,
      textLabel: 'Text',
      quoteText: false,
    });
    expect(writer.write({ ...facts, stat: 'UNDELIV', delivered: false, error: 27, submitted: 12 })).toBe(
      'id:00b603c3a0000080000000 sub:012 dlvrd:000 submit date:260721005958 done date:260721010003 stat:UNDELIV err:027 Text:',
    );
  });

  it('says what formatReceiptText says, whatever the times and their order', () => {
    const writer = new ReceiptText({ seconds: true });
    const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
    fc.assert(
      fc.property(time, time, fc.integer({ min: 0, max: 999 }), (submittedMs, doneMs, error) => {
        const written = writer.write({ ...facts, submittedMs, doneMs, error });
        const expected = formatReceiptText(
          {
            id: facts.id,
            state: 'DELIVERED',
            err: error,
            submitDate: new Date(submittedMs),
            doneDate: new Date(doneMs),
            text: facts.text,
          },
          { seconds: true },
        );
        expect(written).toBe(expected);
        expect(parseReceiptText(written)).toMatchObject({ id: facts.id, stat: 'DELIVRD', text: 'Hello' });
      }),
    );
  });
});

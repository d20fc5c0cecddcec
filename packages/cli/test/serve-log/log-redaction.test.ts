import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { maskedText, redactChildren, redacted, redaction } from '../../src/serve/log-redaction.ts';

/** What a call of the log writes. */
function written(write: (log: ReturnType<typeof pino>) => void): string {
  let text = '';
  const stream = {
    write: (line: string) => {
      text += line;
    },
  };
  write(redactChildren(pino({ level: 'debug', base: null, ...redaction }, stream)));
  return text;
}

describe('numbers', () => {
  it.each([
    ['447700900123', '*********123'],
    ['+447700900123 and 4915112345678!', '+*********123 and **********678!'],
    ['1234567', '****567'],
    ['123456', '123456'],
    ['port 2775, 192.168.100.200, 1500 ms', 'port 2775, 192.168.100.200, 1500 ms'],
    ['', ''],
    ['ACME', 'ACME'],
  ])('%s', (text, masked) => expect(maskedText(text)).toBe(masked));

  it('leaves no run of seven digits, changes nothing else, and keeps the length', () => {
    const text = fc.array(fc.constantFrom('0', '5', '9', 'a', ' ', '+', '٣'), { maxLength: 60 });
    fc.assert(
      fc.property(text, (characters) => {
        const before = characters.join('');
        const after = maskedText(before);
        expect(after).not.toMatch(/\d{7}/);
        expect(after).toHaveLength(before.length);
        for (let at = 0; at < before.length; at += 1)
          if (after[at] !== before[at]) expect([after[at], /\d/.test(before[at] ?? '')]).toEqual(['*', true]);
      }),
    );
  });
});

describe('a line', () => {
  it('shows no secret and no text, however deep and however spelled', () => {
    const secrets = {
      password: 'hush',
      settings: {
        passwordHash: 'hush',
        apiKeyHash: 'hush',
        list: [{ secret: 'hush', tls: { key: 'hush' } }],
      },
      headers: { Authorization: 'Bearer hush', 'X-API-Key': 'hush' },
      message: { text: 'hush', short_message: 'hush', content: new TextEncoder().encode('hush') },
      octets: Buffer.from('hush'),
    };
    const text = written((log) => {
      log.info(secrets, 'told');
      log.child(secrets).info('again');
      log.child({ requestId: 'r' }).child(secrets).info('once more');
    });
    expect(text).toContain('told');
    expect(text).toContain('again');
    expect(text).toContain('once more');
    expect(text).not.toContain('hush');
    expect(text).not.toContain(Buffer.from('hush').join(','));
  });

  it('shows no number in fields, lists, messages, errors and their causes', () => {
    const error = new Error('no way to 447700900123', { cause: new Error('from 447700900123') });
    const text = written((log) => {
      log.warn({ to: '447700900123', all: ['447700900123', 447_700_900_123n] }, 'to 447700900123');
      log.error(error);
      log.error({ err: error, where: 'center' }, 'failed for %s', '447700900123');
      log.info('447700900123');
    });
    expect(text.split('\n').filter((line) => line !== '')).toHaveLength(4);
    expect(text).not.toContain('447700900123');
    expect(text).toContain('*********123');
    expect(text).toContain('failed for *********123');
    expect(text).toContain('log-redaction.test.ts');
  });

  it('cannot be broken into two by what a peer says', () => {
    const text = written((log) => log.warn({ account: 'a\n{"level":60}', ok: '\u001b[31m' }, 'x\ny'));
    expect(text.split('\n')).toHaveLength(2);
    expect(JSON.parse(text)).toMatchObject({ account: 'a\\n{"level":60}', ok: '\\u001b[31m', msg: 'x\\ny' });
  });

  it('keeps what is needed', () => {
    const fields = {
      requestId: 'mwxzpq73-1234567',
      port: 2775,
      ok: true,
      none: undefined,
      prefix: '4477009001',
    };
    expect(redacted(fields)).toEqual(fields);
    expect(redacted({ err: Object.assign(new RangeError('why'), { code: 'E' }) })).toMatchObject({
      err: { type: 'RangeError', message: 'why', code: 'E' },
    });
  });

  it('has an end: neither depth nor length nor a circle makes it endless', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const long = 'x'.repeat(1_000_000);
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`f${at}`, at]));
    const line = JSON.stringify(redacted({ circle, long, many, list: new Array(10_000).fill(1) }));
    expect(line.length).toBeLessThan(6_000);
  });
});

import { CenterError } from '@chappe/center';
import { EncodeError } from '@chappe/protocol';
import {
  SmppAbortError,
  SmppBindError,
  SmppClosedError,
  SmppConnectError,
  SmppStatusError,
  SmppTimeoutError,
} from '@chappe/smpp';
import { describe, expect, it } from 'vitest';
import { Failure, failureOf, usage } from '../src/failure.ts';

function platform(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}

describe('errors', () => {
  it.each<[string, unknown, number, string | undefined]>([
    ['a wrong flag', usage('wrong', 'right'), 2, 'right'],
    ['no connection', new SmppConnectError('no', { cause: platform('ECONNREFUSED') }), 3, 'chappe start'],
    [
      'a certificate',
      new SmppConnectError('no', { cause: platform('DEPTH_ZERO_SELF_SIGNED_CERT') }),
      3,
      '--ca FILE',
    ],
    [
      'no TLS there',
      new SmppConnectError('no', { cause: platform('ERR_SSL_WRONG_VERSION_NUMBER') }),
      3,
      'smpp://',
    ],
    ['TLS there', new SmppClosedError('connection_lost', false), 3, 'smpps://'],
    ['no SMPP there', new SmppClosedError('framing_error', false), 3, 'does not speak SMPP'],
    ['a connection that takes too long', new SmppTimeoutError('connect', 'late'), 3, undefined],
    ['a bind refused', new SmppBindError(0x0e), 4, undefined],
    ['a request refused', new SmppStatusError('submit_sm', 0x0b), 5, undefined],
    ['a late response', new SmppTimeoutError('response', 'late'), 6, undefined],
    ['Ctrl-C', new SmppAbortError(AbortSignal.abort(), false), 130, undefined],
    ['a field too long', new EncodeError('CHAPPE_FIELD_TOO_LONG', 'system_id', 'too long'), 2, undefined],
    ['a port in use', platform('EADDRINUSE'), 2, 'another program listens there'],
    ['a full disk', platform('ENOSPC'), 2, 'make room'],
    ['an impossible clock', new CenterError('CHAPPE_CENTER_CLOCK', 'set it right'), 2, undefined],
    ['a mistake of the store', new CenterError('CHAPPE_STORE_FAILED', 'oh'), 1, undefined],
    ['a defect', new Error('a defect'), 1, undefined],
    ['something thrown', 'text', 1, undefined],
  ])('become an exit code and a hint: %s', (_, error, exitCode, hint) => {
    const failure = failureOf(error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.exitCode).toBe(exitCode);
    if (hint === undefined) expect(failure.hint).toBeUndefined();
    else expect(failure.hint).toContain(hint);
  });

  it('keep the stack only of defects', () => {
    expect(failureOf(new Error('a defect')).message).toContain('failure.test.ts');
    expect(failureOf(new SmppConnectError('no way')).message).toBe('no way');
    expect(failureOf(new CenterError('CHAPPE_CENTER_CLOCK', 'set it right')).message).toBe('set it right');
  });
});

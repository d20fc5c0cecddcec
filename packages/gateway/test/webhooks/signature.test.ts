import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { hookKey, signedHeaders } from '../../src/webhooks/signature.ts';

describe('signatures', () => {
  it('are those of the example of the specification', () => {
    const key = hookKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') as Uint8Array;
    const headers = signedHeaders(
      [key],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330_000,
      '{"test": 2432232314}',
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('have one for each key, all over the same', () => {
    const keys = ['whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];
    const headers = signedHeaders(
      keys.map((key) => hookKey(key) as Uint8Array),
      'msg_1',
      1_700_000_000_000,
      '{"a":1}',
    );
    const [first, second] = headers['webhook-signature'].split(' ');
    expect(first).toBe('v1,WUgAXU8H0NQ1/7M+TtMwKma2b74a3/TCgekiM3YUdN8=');
    expect(second).toBe(new Webhook(keys[1] as string).sign('msg_1', new Date(1_700_000_000_000), '{"a":1}'));
  });

  it('are what the library of Standard Webhooks makes of the same', () => {
    const secret = fc.uint8Array({ minLength: 24, maxLength: 64 });
    // The library reads the body as text: lone surrogates are no text.
    const body = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(secret, fc.string(), fc.nat(4_000_000_000), body, (key, id, seconds, text) => {
        const whsec = `whsec_${Buffer.from(key).toString('base64')}`;
        const atMs = seconds * 1_000 + 999;
        const ours = signedHeaders([hookKey(whsec) as Uint8Array], id, atMs, text);
        expect(ours['webhook-signature']).toBe(new Webhook(whsec).sign(id, new Date(atMs), text));
      }),
    );
  });

  it.each(['', 'whsec_', 'whsec_***', 'whsec_a b', 'whsec_=='])('"%s" is no secret', (secret) => {
    expect(hookKey(secret)).toBeUndefined();
  });
});

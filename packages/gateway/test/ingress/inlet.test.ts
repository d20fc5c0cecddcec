/** The inlet: many messages in one call. */
import type { Submitted } from '@chappe/center';
import { GatewayError } from '@chappe/policy';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SubmitRequest } from '../../src/index.ts';
import { Rig } from '../rig.ts';

let rig: Rig | undefined;
afterEach(() => rig?.stop());

const request = (to: string, more: Partial<SubmitRequest> = {}): SubmitRequest => ({
  account: 'acme',
  to,
  text: 'Hi',
  ...more,
});

const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `4477300${String(index).padStart(5, '0')}`);

describe('several requests in one call', () => {
  it('have a result each, in their order, whatever becomes of the others', async () => {
    rig = await Rig.start();
    const results = await rig.gateway.inlet.submit([
      request('447700900001'),
      request('447705550006'),
      request('', { text: undefined }),
      request('447700900002', { text: 'x'.repeat(200) }),
    ]);
    expect(results.map((result) => (result instanceof GatewayError ? result.code : result.segments))).toEqual(
      [1, 'CHAPPE_GATEWAY_INVALID', 'CHAPPE_GATEWAY_INVALID', 2],
    );
    await rig.clock.advance(1_000);
    expect(rig.handsets.inbox('447700900002')).toHaveLength(1);
    expect(rig.handsets.inbox('447705550006')).toEqual([]);
  });

  it('is none where there are none', async () => {
    rig = await Rig.start();
    expect(await rig.gateway.inlet.submit([])).toEqual([]);
  });

  it.each([
    ['one segment', 'x', 600, 250],
    ['fifty segments', 'x'.repeat(153 * 50), 19, 5],
    ['255 segments', 'x'.repeat(153 * 255), 4, 1],
  ])('of %s are stored in groups, each when the one before is on disk', async (_, text, count, expected) => {
    rig = await Rig.start();
    const { center } = rig.gateway;
    const store = center.submit.bind(center);
    let waiting = 0;
    let most = 0;
    vi.spyOn(center, 'submit').mockImplementation((drafts, done: Submitted) => {
      waiting += 1;
      most = Math.max(most, waiting);
      store(drafts, (error, messages) => {
        waiting -= 1;
        done(error, messages);
      });
    });
    const results = await rig.gateway.inlet.submit(numbers(count).map((to) => request(to, { text })));
    expect(results.filter((result) => result instanceof GatewayError)).toEqual([]);
    expect(most).toBe(expected);
  });

  it('are all refused, each by itself, once the gateway stops', async () => {
    rig = await Rig.start();
    await rig.gateway.stop({ drainMs: 0 });
    const results = await rig.gateway.inlet.submit([request('447700900001'), request('447700900002')]);
    expect(results.map((result) => (result as GatewayError).code)).toEqual([
      'CHAPPE_GATEWAY_STOPPED',
      'CHAPPE_GATEWAY_STOPPED',
    ]);
  });
});

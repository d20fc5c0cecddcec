import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bind } from './esme.ts';
import { type Rig, startRig } from './rig.ts';
import { readScrape, type Sample, type Scrape } from './scrape.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const scrape = async (): Promise<Scrape> => {
  const { status, headers, text } = await rig.get('/metrics');
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  return readScrape(text);
};

function sampleOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  expect(
    found.map((sample) => sample.labels),
    `${name} ${JSON.stringify(labels)}`,
  ).toHaveLength(1);
  return found[0]?.value ?? Number.NaN;
}

describe('GET /metrics', () => {
  it('counts what happened, and twice the same when nothing did', async () => {
    const esme = await bind(rig.box.port, 'acme');
    for (const text of ['one', 'two']) await rig.until(await rig.submit('447700900001', text), 'delivered');
    await rig.until(await rig.submit('447705550001', 'no'), 'undeliverable');
    await rig.post('/api/v1/messages', {});
    for (let round = 0; round < 2; round += 1) {
      const { samples } = await scrape();
      expect(sampleOf(samples, 'chappe_messages_accepted_total')).toBe(3);
      expect(sampleOf(samples, 'chappe_messages_final_total', { state: 'delivered' })).toBe(2);
      expect(sampleOf(samples, 'chappe_messages_final_total', { state: 'failed' })).toBe(1);
      expect(sampleOf(samples, 'chappe_smpp_sessions', { account: 'acme', bind: 'transceiver' })).toBe(1);
      expect(sampleOf(samples, 'chappe_smpp_binds_total', { listener: 'smpp', result: 'accepted' })).toBe(1);
      expect(sampleOf(samples, 'chappe_smpp_pdus_total', { direction: 'in' })).toBe(1);
      expect(sampleOf(samples, 'chappe_smpp_connections', { listener: 'smpp' })).toBe(1);
      expect(sampleOf(samples, 'chappe_queue_depth', { lane: 'handsets', place: 'waiting' })).toBe(0);
      expect(sampleOf(samples, 'chappe_store_up')).toBe(1);
      expect(sampleOf(samples, 'chappe_build_info', { version: '1.2.3' })).toBe(1);
      expect(
        sampleOf(samples, 'chappe_http_requests_total', { route: '/api/v1/messages', code: '202' }),
      ).toBe(3);
      expect(
        sampleOf(samples, 'chappe_http_requests_total', { route: '/api/v1/messages', code: '400' }),
      ).toBe(1);
      expect(sampleOf(samples, 'chappe_http_request_seconds_count', { route: '/api/v1/messages' })).toBe(4);
    }
    await esme.close();
    expect((await scrape()).samples.filter(({ name }) => name === 'chappe_smpp_sessions')).toEqual([]);
  });

  it('gives every sample a type and a name of ours', async () => {
    const { samples, types } = await scrape();
    for (const { name, value } of samples) {
      const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
      expect(types.get(family), name).toMatch(/^(counter|gauge|histogram)$/);
      expect(name).toMatch(/^(chappe|process)_/);
      if (types.get(family) === 'counter') expect(name).toMatch(/_total$/);
      expect(value).toBeGreaterThanOrEqual(0);
    }
  });

  it('shows neither numbers nor texts nor ids, whatever is asked', async () => {
    const id = await rig.submit('447700900077', 'SECRETTEXT');
    await rig.get(`/api/v1/messages/${id}`);
    await rig.get('/api/v1/phones/447700900077/messages');
    await rig.get('/447700900077/SECRETTEXT');
    await rig.get('/api/v1/messages/%zz447700900077');
    const { text } = await rig.get('/metrics');
    expect(text).not.toMatch(/447700900077|SECRETTEXT/);
    expect(text).not.toContain(id);
    expect(text).toContain('route="(none)"');
  });

  it('does not grow with the accounts of an open gateway', async () => {
    const sessions = Array.from({ length: 150 }, (_, index) => ({
      ...{ account: `account${index}`, bind: 'receiver' as const, outstanding: 1, windowFree: 9 },
    }));
    const { gateway } = rig.box;
    gateway.sessions = () => sessions as unknown as ReturnType<typeof gateway.sessions>;
    const { samples } = await scrape();
    const rows = samples.filter(({ name }) => name === 'chappe_smpp_sessions');
    expect(rows).toHaveLength(101);
    expect(sampleOf(rows, 'chappe_smpp_sessions', { account: '(other)' })).toBe(50);
    expect(sampleOf(samples, 'chappe_smpp_window_inflight')).toBe(150);
    expect(sampleOf(samples, 'chappe_smpp_window_size')).toBe(1_500);
    Reflect.deleteProperty(gateway, 'sessions');
  });
});

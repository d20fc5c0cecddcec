/** What docs/metrics.md says is what a scrape gives. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, connector, via, World } from '../../gateway/test/network/world.ts';
import { metricsOf } from '../src/metrics.ts';
import { readScrape, type Scrape } from './scrape.ts';

const guide = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');

interface Row {
  readonly type: string;
  readonly labels: readonly string[];
}

/** The rows of the document, by name. */
function documented(): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const line of guide.split('\n')) {
    const match = /^\| `(\w+)` \| (\w+) \| ([\w, ]*?) ?\| ([^|]+) \| ([^|]+) \|$/.exec(line);
    if (match === null) {
      expect(line, 'a row that cannot be read').not.toMatch(/^\| `/);
      continue;
    }
    const [, name = '', type = '', labels = ''] = match;
    expect(rows.has(name), `${name} is there twice`).toBe(false);
    rows.set(name, { type, labels: labels === '' ? [] : labels.split(', ') });
  }
  return rows;
}

let world: World;
let scrape: Scrape;
let text: string;
const certificate = (name: string): string =>
  readFileSync(new URL(`../../smpp/test/support/certificates/${name}.pem`, import.meta.url), 'utf8');

beforeAll(async () => {
  world = await World.start(
    {
      accounts: [account('acme', { credit: { mode: 'postpaid', limit: 1_000_000 } })],
      connectors: [connector('op-a', { perSecond: 1_000, group: 'op' })],
      routes: [via(['op-a'], undefined, { price: { perSegment: 12_500 } })],
      webhooks: [{ name: 'hook', url: 'https://example.com/hook', secret: `whsec_${'A'.repeat(44)}` }],
    },
    { tls: { port: 0, cert: certificate('server'), key: certificate('server-key') } },
  );
  const esme = await world.esme();
  await expect(world.esme({ password: 'wrong' })).rejects.toThrow();
  await world.pass(100);
  await esme.submit();
  await world.pass(100);
  await esme.submit({ short_message: Buffer.from('SECRETTEXT') });
  await esme.submit({ destination_addr: 'nobody' });
  await world.pass(100);
  const operator = world.centre('op-a');
  const [first] = operator.submitted;
  if (first === undefined) throw new Error('nothing was submitted');
  await Promise.all([operator.receipt(first), world.pass(500)]);
  await Promise.all([operator.receipt(first, { id: 'STRANGEID' }), world.pass(2_000)]);
  const metrics = metricsOf(world.gateway, '1.2.3', {
    clock: world.clock,
    storeBytes: () => 4_096,
  });
  metrics.answered('/api/v1/messages', 202, 0.002);
  text = await metrics.text();
  scrape = readScrape(text);
  metrics.close();
});
afterAll(() => world.stop());

describe('docs/metrics.md', () => {
  it('lists every metric with its type, and no other', () => {
    const types = Object.fromEntries([...documented()].map(([name, { type }]) => [name, type]));
    expect(types).toEqual(Object.fromEntries(scrape.types));
  });

  it('lists the labels that are used', () => {
    const used = new Map<string, Set<string>>();
    for (const { family, labels } of scrape.samples) {
      const names = used.get(family) ?? new Set<string>();
      for (const name of Object.keys(labels)) if (name !== 'le') names.add(name);
      used.set(family, names);
    }
    // Every metric has a row in this scrape, so that none goes unchecked.
    expect([...documented().keys()].filter((name) => !used.has(name))).toEqual([]);
    const sorted = (names: Iterable<string>): string[] => [...names].sort();
    for (const [name, { labels }] of documented())
      expect([name, sorted(used.get(name) ?? [])]).toEqual([name, sorted(labels)]);
  });
});

describe('a scrape of a gateway', () => {
  const value = (family: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
    scrape.samples.find(
      (sample) =>
        sample.name === family &&
        Object.entries(labels).every(([name, wanted]) => sample.labels[name] === wanted),
    )?.value;

  it.each<readonly [string, Readonly<Record<string, string>>, number]>([
    ['chappe_connector_up', { connector: 'op-a' }, 1],
    ['chappe_connector_limit', { connector: 'op-a', limit: 'idle' }, 1],
    ['chappe_connector_rate_limit', { connector: 'op-a' }, 1_000],
    ['chappe_connector_requests_total', { connector: 'op-a', result: 'taken' }, 2],
    ['chappe_smpp_responses_total', { connector: 'op-a', status: 'ESME_ROK' }, 2],
    ['chappe_smpp_sessions', { side: 'upstream', connector: 'op-a', bind: 'transceiver' }, 1],
    ['chappe_smpp_sessions', { side: 'customer', account: 'acme' }, 1],
    ['chappe_smpp_requests_total', { side: 'upstream', connector: 'op-a', direction: 'out' }, 2],
    ['chappe_smpp_requests_total', { side: 'upstream', connector: 'op-a', direction: 'in' }, 2],
    ['chappe_smpp_bind_failures_total', { side: 'customer', reason: 'password' }, 1],
    ['chappe_smpp_bind_failures_total', { side: 'upstream', connector: 'op-a', reason: 'failed' }, 0],
    ['chappe_smpp_bind_failures_total', { side: 'upstream', connector: 'op-a', reason: 'lost' }, 0],
    ['chappe_dlr_received_total', { connector: 'op-a', state: 'delivered' }, 2],
    ['chappe_dlr_unmatched_total', { connector: 'op-a' }, 1],
    ['chappe_dlr_unmatched_kept', { group: 'op' }, 1],
    ['chappe_route_hits_total', { route: 'main' }, 2],
    ['chappe_account_messages_total', { account: 'acme', what: 'accepted' }, 2],
    ['chappe_account_refusals_total', { account: 'acme', reason: 'form' }, 1],
    ['chappe_account_messages_total', { account: 'acme', what: 'delivered' }, 1],
    ['chappe_account_segments', { account: 'acme', period: 'day' }, 2],
    ['chappe_account_balance', { account: 'acme' }, -0.025],
    ['chappe_account_reserved', { account: 'acme' }, 0.0125],
    ['chappe_connector_messages_total', { connector: 'op', state: 'delivered' }, 1],
    ['chappe_message_delivery_seconds_count', { connector: 'op' }, 1],
    ['chappe_message_delivery_seconds_bucket', { connector: 'op', le: '+Inf' }, 1],
    ['chappe_webhook_pending', { webhook: 'hook' }, 0],
    ['chappe_queue_oldest_seconds', { lane: 'via:op-a' }, 0],
    ['chappe_store_bytes', {}, 4_096],
  ])('%s %j is %d', (family, labels, wanted) => expect(value(family, labels)).toBe(wanted));

  it('histograms add up', () => {
    const histograms = [...scrape.types].filter(([, type]) => type === 'histogram').map(([name]) => name);
    expect(histograms).toContain('chappe_store_commit_seconds');
    for (const family of histograms) {
      const rows = scrape.samples.filter((sample) => sample.family === family);
      const buckets = rows.filter(({ name }) => name.endsWith('_bucket')).map((row) => row.value);
      // One combination of labels in this scrape, so that all buckets follow each other.
      expect(
        [...buckets].sort((a, b) => a - b),
        family,
      ).toEqual(buckets);
      expect(rows.find(({ name }) => name.endsWith('_count'))?.value, family).toBe(buckets.at(-1));
    }
  });

  it('the certificate is good for a while', () => {
    expect(value('chappe_tls_certificate_expiry_seconds', { listener: 'tls' })).toBeGreaterThan(86_400);
  });

  it('shows no number, no text and no id', () => {
    expect(text).not.toMatch(/447700900123|SECRETTEXT|op-a-1|STRANGEID/);
  });
});

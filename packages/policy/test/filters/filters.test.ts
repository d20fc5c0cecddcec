import { MemoryControl } from '@chappe/center';
import { status } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import type { MessageFacts } from '../../src/facts.ts';
import { FilterLayer, type FilterVerdict } from '../../src/filters/filter-layer.ts';
import { Filters } from '../../src/filters/filters.ts';
import { OptOuts } from '../../src/filters/opt-outs.ts';
import type { FilterSettings } from '../../src/settings/filters.ts';

const secret = 'Your code is 482913, see https://example.com/x';

function facts(changes: Partial<MessageFacts> & { from?: string; to?: string } = {}): MessageFacts {
  const { from = 'ACME', to = '447700900123', ...rest } = changes;
  return {
    kind: 'mt',
    account: 'acme',
    connector: '',
    source: { ton: 5, npi: 0, digits: from },
    destination: { ton: 1, npi: 1, digits: to },
    text: secret,
    coding: 'gsm7',
    segments: 1,
    tlvs: [],
    tags: [],
    priority: 0,
    nowMs: 0,
    ...rest,
  };
}

const one = (settings: FilterSettings): Filters => new Filters([new FilterLayer(settings, 'filters')]);
const pass = { kind: 'pass' };
const reject = (commandStatus: number, reason: string): FilterVerdict => ({
  kind: 'reject',
  status: commandStatus,
  reason,
});

describe('filters', () => {
  it.each<[FilterSettings, Parameters<typeof facts>[0], FilterVerdict]>([
    [{}, {}, { kind: 'pass' }],
    [{ blockTo: ['4477*'] }, {}, reject(status.ESME_RINVDSTADR, 'destination-blocked filters.blockTo')],
    [{ blockTo: ['4478*'] }, {}, { kind: 'pass' }],
    [{ allowTo: ['4478*'] }, {}, reject(status.ESME_RINVDSTADR, 'destination-not-allowed filters.allowTo')],
    [{ allowTo: [] }, {}, reject(status.ESME_RINVDSTADR, 'destination-not-allowed filters.allowTo')],
    [{ allowTo: ['44*'] }, {}, { kind: 'pass' }],
    [{ blockFrom: ['acme'] }, {}, reject(status.ESME_RINVSRCADR, 'sender-blocked filters.blockFrom')],
    [{ blockFrom: ['ACME'] }, { from: 'OTHER' }, { kind: 'pass' }],
    [
      { texts: [{ pattern: 'nothing' }, { pattern: 'code' }] },
      {},
      reject(status.ESME_RSUBMITFAIL, 'text-refused filters.texts[1]'),
    ],
    [
      { texts: [{ pattern: 'code', action: 'drop' }] },
      {},
      { kind: 'drop', reason: 'text-dropped filters.texts[0]' },
    ],
    [
      { texts: [{ pattern: '\\d{6}', action: 'replace', replacement: 'X' }] },
      {},
      { kind: 'pass', text: 'Your code is X, see https://example.com/x' },
    ],
    [
      { texts: [{ pattern: 'code' }] },
      { text: 'x'.repeat(40_000) },
      reject(status.ESME_RINVMSGLEN, 'text-too-long filters.texts'),
    ],
    [
      { texts: [{ pattern: '.' }], urls: { none: true } },
      { text: undefined, coding: 'octet' },
      { kind: 'pass' },
    ],
    [{ urls: { none: true } }, {}, reject(status.ESME_RSUBMITFAIL, 'link filters.urls.none')],
    [
      { urls: { block: ['example.com'] } },
      {},
      reject(status.ESME_RSUBMITFAIL, 'link-blocked filters.urls.block'),
    ],
    [
      { urls: { allow: ['a.com'] } },
      {},
      reject(status.ESME_RSUBMITFAIL, 'link-not-allowed filters.urls.allow'),
    ],
    [{ urls: { allow: ['example.com'] } }, {}, { kind: 'pass' }],
    [
      { urls: { block: ['a.com'] } },
      { text: 'b.com '.repeat(101) },
      reject(status.ESME_RSUBMITFAIL, 'too-many-links filters.urls'),
    ],
    [
      { urls: { none: true }, texts: [{ pattern: 'https://\\S+', action: 'replace', replacement: '' }] },
      {},
      { kind: 'pass', text: 'Your code is 482913, see ' },
    ],
    [
      { urls: { none: true }, texts: [{ pattern: 'code', action: 'replace', replacement: 'evil.com' }] },
      { text: 'code' },
      reject(status.ESME_RSUBMITFAIL, 'link filters.urls.none'),
    ],
  ])('%j on %j: %j', (settings, changes, verdict) => {
    expect(one(settings).check(facts(changes))).toEqual(verdict);
  });

  it('never tell the text', () => {
    const everything: FilterSettings[] = [
      { texts: [{ pattern: '482913' }] },
      { texts: [{ pattern: '482913', action: 'drop' }] },
      { urls: { none: true } },
      { urls: { block: ['example.com'] } },
    ];
    for (const settings of everything) {
      const verdict = JSON.stringify(one(settings).check(facts()));
      expect(verdict).not.toContain('482913');
      expect(verdict).not.toContain('example');
    }
  });

  it.each<[FilterSettings, string]>([
    [{ blockTo: ['4*4'] }, 'routes[3].filters.blockTo[0]'],
    [{ allowTo: [''] }, 'routes[3].filters.allowTo[0]'],
    [{ blockFrom: [''] }, 'routes[3].filters.blockFrom[0]'],
    [{ texts: [{ pattern: '(' }] }, 'routes[3].filters.texts[0].pattern'],
    [{ urls: { block: ['a/b'] } }, 'routes[3].filters.urls.block[0]'],
    [{ duplicates: { windowMs: 0 } }, 'routes[3].filters.duplicates.windowMs'],
  ])('name what is wrong in %j', (settings, place) => {
    expect(() => new FilterLayer(settings, 'routes[3].filters')).toThrow(RangeError);
    expect(() => new FilterLayer(settings, 'routes[3].filters')).toThrow(place);
  });
});

describe('layers', () => {
  const replace = (pattern: string, replacement: string): FilterLayer =>
    new FilterLayer({ texts: [{ pattern, replacement, action: 'replace' }] }, 'filters');

  it('are asked in their order, and see what those before made of the text', () => {
    const filters = new Filters([replace('a', 'b'), new FilterLayer({}, 'empty'), replace('b', 'c')]);
    expect(filters.check(facts({ text: 'ab' }))).toEqual({ kind: 'pass', text: 'cc' });
    expect(filters.check(facts({ text: 'xy' }))).toEqual(pass);
    // What the first changed stays when the others have nothing to say.
    expect(new Filters([replace('a', 'b'), replace('z', '')]).check(facts({ text: 'a' }))).toEqual({
      kind: 'pass',
      text: 'b',
    });
    const second = new FilterLayer({ blockTo: ['44*'] }, 'routes.uk.filters');
    expect(new Filters([replace('a', 'b'), second]).check(facts())).toMatchObject({
      reason: 'destination-blocked routes.uk.filters.blockTo',
    });
  });

  it('count what they do, together for all who share them', () => {
    const layer = new FilterLayer(
      {
        blockTo: ['4478*'],
        texts: [{ pattern: 'a', action: 'replace', replacement: 'b' }, { pattern: 'stop' }],
        duplicates: { windowMs: 1_000 },
      },
      'filters',
    );
    const filters = [new Filters([layer]), new Filters([layer])];
    for (const each of filters) {
      each.check(facts({ to: '447811' }));
      each.check(facts({ text: 'a' }));
      each.check(facts({ text: 'a stop' }));
    }
    expect(layer.hits()).toEqual([
      { rule: 'filters.blockTo', hits: 2 },
      { rule: 'filters.texts[0]', hits: 4 },
      { rule: 'filters.texts[1]', hits: 2 },
      { rule: 'filters.texts', hits: 0 },
      { rule: 'filters.duplicates', hits: 1 },
    ]);
  });
});

describe('duplicates', () => {
  const rejected = reject(status.ESME_RSUBMITFAIL, 'duplicate filters.duplicates');

  it('are refused or dropped within the window', () => {
    const filters = one({ duplicates: { windowMs: 1_000 } });
    expect(filters.check(facts())).toEqual(pass);
    expect(filters.check(facts({ nowMs: 999 }))).toEqual(rejected);
    expect(filters.check(facts({ nowMs: 999, account: 'other' }))).toEqual(pass);
    expect(filters.check(facts({ nowMs: 999, to: '447700900124' }))).toEqual(pass);
    expect(filters.check(facts({ nowMs: 1_000 }))).toEqual(pass);
    const dropping = one({ duplicates: { windowMs: 1_000, action: 'drop' } });
    dropping.check(facts());
    expect(dropping.check(facts())).toEqual({ kind: 'drop', reason: 'duplicate filters.duplicates' });
  });

  it('are compared by their key where one is given, and not at all without content', () => {
    const filters = one({ duplicates: { windowMs: 1_000 } });
    const octets = facts({ text: undefined, coding: 'octet' });
    expect([filters.check(octets), filters.check(octets)]).toEqual([pass, pass]);
    expect(filters.check(octets, Uint8Array.of(1))).toEqual(pass);
    expect(filters.check(octets, Uint8Array.of(2))).toEqual(pass);
    expect(filters.check(octets, Uint8Array.of(1))).toEqual(rejected);
    // Two segments that say the same.
    expect(filters.check(facts(), Uint8Array.of(9, 1))).toEqual(pass);
    expect(filters.check(facts(), Uint8Array.of(9, 2))).toEqual(pass);
  });

  it('of handsets are those of one handset', () => {
    const filters = one({ duplicates: { windowMs: 1_000 } });
    const mo = { kind: 'mo', account: '', connector: 'a', text: 'STOP', to: '60100' } as const;
    expect(filters.check(facts({ ...mo, from: '447700900123' }))).toEqual(pass);
    expect(filters.check(facts({ ...mo, from: '447700900124' }))).toEqual(pass);
    expect(filters.check(facts({ ...mo, from: '447700900123' }))).toEqual(rejected);
  });

  it('do not count what was refused or lost', () => {
    const layer = new FilterLayer({ duplicates: { windowMs: 1_000 } }, 'filters');
    const blocked = new Filters([layer, new FilterLayer({ blockTo: ['44*'] }, 'routes.uk.filters')]);
    expect(blocked.check(facts())).toMatchObject({ status: status.ESME_RINVDSTADR });
    const filters = new Filters([layer]);
    expect(filters.check(facts())).toEqual(pass);
    filters.forget(facts());
    expect(filters.check(facts({ nowMs: 1 }))).toEqual(pass);
    expect(filters.check(facts({ nowMs: 1 }))).toEqual(rejected);
  });

  it('refused by one layer are taken back from those before', () => {
    const wide = new FilterLayer({ duplicates: { windowMs: 1_000, most: 2 } }, 'filters');
    const narrow = new FilterLayer({ duplicates: { windowMs: 1_000 } }, 'routes.uk.filters');
    const both = new Filters([wide, narrow]);
    expect(both.check(facts())).toEqual(pass);
    for (let tries = 0; tries < 5; tries += 1) {
      expect(both.check(facts())).toMatchObject({ reason: 'duplicate routes.uk.filters.duplicates' });
    }
    const first = new Filters([wide]);
    expect(first.check(facts())).toEqual(pass);
    expect(first.check(facts())).toEqual(rejected);
  });
});

describe('opt-outs in filters', () => {
  const layer = (optOut: boolean | undefined): FilterLayer => new FilterLayer({ optOut }, 'filters');

  it.each<[(boolean | undefined)[], boolean]>([
    [[], true],
    [[undefined], true],
    [[true], true],
    [[false], false],
    [[false, undefined], false],
    [[false, true], true],
    [[true, false], false],
    [[undefined, false], false],
  ])('with %j are asked: %s', async (layers, isAsked) => {
    const optOuts = await OptOuts.load(new MemoryControl());
    await optOuts.add('447700900123', 'acme');
    const filters = new Filters(layers.map(layer), optOuts);
    const expected = isAsked ? reject(status.ESME_RINVDSTADR, 'opted-out') : pass;
    expect(filters.check(facts())).toEqual(expected);
    expect(filters.optedOut).toBe(isAsked ? 1 : 0);
    expect(filters.check(facts({ from: 'OTHER' }))).toEqual(pass);
    expect(filters.check(facts({ kind: 'mo' }))).toEqual(pass);
    expect(new Filters(layers.map(layer)).check(facts())).toEqual(pass);
  });
});

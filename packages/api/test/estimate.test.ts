/** POST /api/v1/estimate: what a message would be and cost, without sending it. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { type Rig, startRig } from './rig.ts';

interface Destination {
  readonly route: string | null;
  readonly totalPrice: string;
  readonly refused: { readonly reason: string; readonly commandStatus: string } | null;
}

describe('POST /api/v1/estimate', () => {
  let rig: ManagedRig;
  beforeAll(async () => {
    rig = await startManaged();
    await rig.admin('POST', 'ledger/acme/credits', { amount: '0.05' });
  });
  afterAll(() => rig.close());

  it('says coding, segments, room, route, connectors and price', async () => {
    const { status, json } = await rig.as(keys.acme)('POST', 'estimate', {
      to: '+447700900001',
      from: 'ACME',
      text: 'é'.repeat(200),
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      coding: 'gsm7',
      segments: 2,
      octets: 200,
      characters: 200,
      unit: 'septets',
      units: 200,
      unitsPerSegment: 153,
      lastSegment: { used: 47, free: 106 },
      costly: { forcing: [], extended: [], others: 0 },
      fit: null,
      destinations: [
        {
          to: '447700900001',
          from: 'ACME',
          route: 'uk',
          connectors: ['op-a', 'op-b'],
          way: 'op-a; else op-b',
          price: '0.01',
          totalPrice: '0.02',
          refused: null,
        },
      ],
      total: { messages: 1, refused: 0, segments: 2, price: '0.02' },
    });
  });

  it('says which characters cost, and a text that fits', async () => {
    const { json } = await rig.admin('POST', 'estimate', {
      to: '447700900001',
      text: `“Ĥi” – 5 € [a] ${'x'.repeat(60)}“`,
    });
    expect(json).toMatchObject({
      coding: 'ucs2',
      segments: 2,
      unit: 'utf16',
      costly: {
        forcing: [
          { character: '“', codePoint: 'U+201C', count: 2, positions: [0, 75] },
          { character: 'Ĥ', codePoint: 'U+0124', count: 1, positions: [1] },
          { character: '”', count: 1 },
          { character: '–', count: 1 },
        ],
        extended: [
          { character: '€', codePoint: 'U+20AC', count: 1 },
          { character: '[', count: 1 },
          { character: ']', count: 1 },
        ],
        others: 0,
      },
      fit: {
        text: `"Hi" - 5 € [a] ${'x'.repeat(60)}"`,
        coding: 'gsm7',
        segments: 1,
        replaced: [
          { character: '“', by: '"', count: 2 },
          { character: 'Ĥ', by: 'H', count: 1 },
          { character: '”', by: '"', count: 1 },
          { character: '–', by: '-', count: 1 },
        ],
      },
    });
  });

  it('has no text that fits where a character has nothing near', async () => {
    const { json } = await rig.admin('POST', 'estimate', { to: '447700900001', text: 'Hi 😀' });
    expect(json).toMatchObject({
      coding: 'ucs2',
      fit: null,
      costly: { forcing: [{ codePoint: 'U+1F600' }] },
    });
  });

  it('bounds what it lists', async () => {
    const text = Array.from({ length: 120 }, (_, at) => String.fromCodePoint(0x4e00 + at))
      .join('')
      .repeat(50);
    const { json } = await rig.admin('POST', 'estimate', { to: '447700900001', text });
    expect(json.costly.forcing).toHaveLength(50);
    expect(json.costly.others).toBe(70);
    expect(json.costly.forcing[0]).toMatchObject({ count: 50 });
    expect(json.costly.forcing[0].positions).toHaveLength(20);
  });

  it('says why each of a list would be refused', async () => {
    const { json } = await rig.as(keys.acme)('POST', 'estimate', {
      to: ['447700900001', 'nobody', '33612345678', '15550100', '449912', '447700900002'],
      text: 'x'.repeat(400),
    });
    const of = json.destinations.map((one: Destination) => [
      one.route,
      one.totalPrice,
      one.refused?.reason ?? null,
    ]);
    expect(of).toEqual([
      ['uk', '0.03', null],
      [null, '0', 'form'],
      ['vip', '0', 'route'],
      [null, '0', 'unrouted'],
      ['held', '0', null],
      // Five hundredths were credited; the first one has taken three.
      ['uk', '0', 'credit'],
    ]);
    expect(json.destinations[1].refused).toMatchObject({ commandStatus: 'ESME_RINVDSTADR' });
    expect(json.destinations[2].refused).toMatchObject({ commandStatus: 'ESME_RSUBMITFAIL' });
    expect(json.total).toEqual({ messages: 6, refused: 4, segments: 6, price: '0.03' });
  });

  it('takes octets', async () => {
    const { json } = await rig.admin('POST', 'estimate', { to: '447700900001', hex: '00'.repeat(141) });
    expect(json).toMatchObject({
      coding: 'octet',
      segments: 2,
      octets: 141,
      characters: null,
      unit: 'octets',
      unitsPerSegment: 134,
      lastSegment: { used: 7, free: 127 },
      fit: null,
    });
  });

  it('charges, counts and stores nothing', async () => {
    const read = async () => [
      (await rig.admin('GET', 'ledger/acme')).json,
      (await rig.admin('GET', 'routes')).json,
      (await rig.admin('GET', 'messages')).json.messages.length,
      (await rig.admin('GET', 'refusals')).json,
    ];
    const before = await read();
    for (const to of ['447700900001', 'nobody', '15550100']) {
      await rig.as(keys.acme)('POST', 'estimate', { to, text: 'Hello' });
    }
    expect(await read()).toEqual(before);
  });

  it('is for an account of its own', async () => {
    const acme = rig.as(keys.acme);
    const other = await acme('POST', 'estimate', { account: 'bank', to: '447700900001', text: 'x' });
    expect(other.status).toBe(403);
    // Its tags make the route vip take it; those of bank do not.
    const body = { to: '33612345678', text: 'x' };
    expect((await acme('POST', 'estimate', body)).json.destinations[0].route).toBe('vip');
    expect((await rig.as(keys.bank)('POST', 'estimate', body)).json.destinations[0].route).toBe(null);
  });

  it('refuses a body as a submission does', async () => {
    const ask = async (body: object) => (await rig.admin('POST', 'estimate', body)).json;
    expect(await ask({ to: '447700900001' })).toMatchObject({ code: 'missing_field', field: 'text' });
    expect(await ask({ to: '447700900001', text: 'x', hex: '00' })).toMatchObject({ field: 'hex' });
    expect(await ask({ to: '447700900001', text: 'é', coding: 'ascii' })).toMatchObject({ field: 'text' });
    expect(await ask({ to: '447700900001', text: 'x'.repeat(50_000) })).toMatchObject({ code: 'refused' });
  });

  it('refuses what a submission refuses', async () => {
    const acme = rig.as(keys.acme);
    const to = ['447700900011', 'nobody', '33612345678', '15550100', '449913', '447700900012'];
    const body = { to, from: 'ACME', text: 'y'.repeat(400) };
    const { destinations } = (await acme('POST', 'estimate', body)).json;
    const { messages } = (await acme('POST', 'messages', body)).json;
    const expected = messages.map((one: { readonly commandStatus?: string }) => one.commandStatus ?? null);
    expect(expected).toHaveLength(6);
    expect(expected.filter((one: string | null) => one !== null)).toHaveLength(4);
    expect(destinations.map((one: Destination) => one.refused?.commandStatus ?? null)).toEqual(expected);
    expect((await acme('GET', 'ledger/acme')).json.balance).toBe('0.02');
  });
});

describe('an estimate and a submission', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());

  it('say the same coding and segments', async () => {
    const piece = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('é€[', '“😀', 'Hello ', 'Ж'));
    const text = fc
      .array(piece, { minLength: 1, maxLength: 12 })
      .map((all) => all.join('').toWellFormed().repeat(3))
      .filter((all) => all !== '');
    const longMessage = fc.constantFrom('udh8', 'udh16', 'sar', 'payload');
    await fc.assert(
      fc.asyncProperty(text, longMessage, async (given, method) => {
        const body = { to: '447700900123', text: given, longMessage: method };
        const estimate = await rig.post('/api/v1/estimate', body);
        const sent = await rig.post('/api/v1/messages', body);
        expect([estimate.status, sent.status]).toEqual([200, 202]);
        expect(estimate.json).toMatchObject({ coding: sent.json.coding, segments: sent.json.segments });
        const { used, free } = estimate.json.lastSegment;
        expect(used + free).toBe(estimate.json.unitsPerSegment);
        expect(estimate.json.destinations[0].refused).toBe(null);
        const { fit } = estimate.json;
        if (fit !== null) expect(fit.coding).toBe('gsm7');
      }),
      { numRuns: 60 },
    );
  });
});

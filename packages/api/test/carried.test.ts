/** What a message carries beside its text, as it comes by HTTP and as it leaves. */
import type { Message } from '@chappe/center';
import { readContent } from '@chappe/gateway';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.ts';

const url = '/api/v1/messages';
const to = '447700900123';

let rig: Rig;
let stored: Message[];
beforeAll(async () => {
  rig = await startRig();
  rig.box.gateway.events.subscribe((event) => {
    if (event.type === 'message.accepted' && event.message.kind === 'mt') stored.push({ ...event.message });
  }, true);
});
beforeEach(() => {
  stored = [];
});
afterAll(() => rig.close());

function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

async function sent(body: object) {
  const { status, json } = await rig.post(url, { to, ...body });
  expect([status, json.detail]).toEqual([202, undefined]);
  return stored.map((message) => ({ ...readContent(message.content), serviceType: message.serviceType }));
}

describe('TLVs', () => {
  it('go by name and by number, with values as the documents have them', async () => {
    const [content] = await sent({
      text: 'hi',
      tlvs: [
        { tag: 'user_message_reference', value: 7 },
        { tag: 'source_subaddress', value: '8801' },
        { tag: 'dest_subaddress', text: 'ab' },
        { tag: 'receipted_message_id', value: 'x1' },
        { tag: '0x1400', text: '1101172974420810001' },
        { tag: 5121, value: '00fF' },
        { tag: '5121', value: '' },
      ],
    });
    expect(content?.userMessageReference).toBe(7);
    expect(
      content?.tlvs.map(({ tag, value }) => [tag, value instanceof Uint8Array ? hexOf(value) : value]),
    ).toEqual([
      [0x0202, '8801'],
      [0x0203, '6162'],
      [0x001e, 'x1'],
      [0x1400, Buffer.from('1101172974420810001').toString('hex')],
      [0x1401, '00ff'],
      [0x1401, ''],
    ]);
  });

  it('stand in every segment of a long text', async () => {
    const contents = await sent({ text: 'x'.repeat(200), tlvs: [{ tag: 0x1400, value: '01' }] });
    expect(contents.map(({ tlvs }) => tlvs.map(({ tag }) => tag))).toEqual([[0x1400], [0x1400]]);
  });

  it.each([
    [{ tag: 'user_message_referense', value: 1 }, 'tag', 'did you mean "user_message_reference"?'],
    [{ tag: '0x10000', value: '01' }, 'tag', 'write its tag, as "0x1403"'],
    [{ tag: 70_000, value: '01' }, 'tag', undefined],
    [{ tag: 'user_message_reference', value: 65_536 }, 'value', undefined],
    [{ tag: 'user_message_reference', value: '7' }, 'value', undefined],
    [{ tag: 'user_message_reference', text: '7' }, 'text', 'give it as "value"'],
    [{ tag: 'callback_num', value: '00'.repeat(20) }, 'value', undefined],
    [{ tag: '0x1400', value: '0' }, 'value', 'write characters as "text" in its place'],
    [{ tag: '0x1400', value: 7 }, 'value', 'write characters as "text" in its place'],
    [{ tag: '0x1400', text: '€' }, 'text', undefined],
    [{ tag: '0x1400', text: 'a', value: '61' }, 'text', 'give one of them'],
    [{ tag: '0x1400' }, 'value', 'an empty one is ""'],
    [{ tag: 'message_payload', value: '00' }, 'tag', expect.stringContaining('"text"')],
    [{ tag: 'sar_msg_ref_num', value: 1 }, 'tag', expect.stringContaining('"longMessage": "sar"')],
    [{ tag: 'qos_time_to_live', value: 1 }, 'tag', 'give "validity"'],
    [{ tag: '0x1401', value: '00', name: 'x' }, 'name', expect.anything()],
  ])('refuses %j and points to it', async (entry, member, hint) => {
    const tlvs = [{ tag: '0x1401', value: '00' }, entry];
    const { status, json } = await rig.post(url, { to, text: 'hi', tlvs });
    expect([status, json.field, json.hint]).toEqual([400, `tlvs[1].${member}`, hint]);
    const { json: batch } = await rig.post(`${url}/batch`, { messages: [{ to, text: 'hi', tlvs }] });
    expect(batch.messages[0].field).toBe(`messages[0].tlvs[1].${member}`);
    expect(stored).toEqual([]);
  });

  it('refuses one of the documents twice', async () => {
    const twice = { tag: 'language_indicator', value: 1 };
    const { json } = await rig.post(url, { to, text: 'hi', tlvs: [twice, twice] });
    expect([json.code, json.field]).toEqual(['invalid_field', 'tlvs[1].tag']);
  });

  it('have as many octets as the account may send by SMPP', async () => {
    const carrying = (octets: number) => ({
      to,
      text: 'hi',
      tlvs: [{ tag: '0x1400', value: '00'.repeat(octets) }],
    });
    expect((await rig.post(url, carrying(4_092))).status).toBe(202);
    for (const path of [url, '/api/v1/estimate']) {
      const { status, json } = await rig.post(path, carrying(4_093));
      expect([status, json.field, json.commandStatus]).toEqual([422, 'tlvs', 'ESME_RINVTLVLEN']);
    }
  });

  it('count as octets of a list', async () => {
    const numbers = Array.from({ length: 300 }, (_, at) => `${447_700_900_000 + at}`);
    const tlvs = [{ tag: '0x1400', value: '00'.repeat(4_000) }];
    const { status, json } = await rig.post(url, { to: numbers, text: 'hi', tlvs });
    expect([status, json.field, json.hint]).toEqual([400, 'to', 'send it to at most 261 at a time']);
  });
});

describe('fields of the PDU', () => {
  it('come by lines, too', async () => {
    const lines = [
      { to, text: 'one', protocolId: 65, tlvs: [{ tag: '0x1400', text: 'x' }], meta: { a: 'b' } },
      { to, text: 'two', tlvs: [{ tag: '0x1400', value: 'x' }] },
    ];
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const { text } = await rig.post(`${url}/batch`, body, { 'content-type': 'application/x-ndjson' });
    const [first, second] = text.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)));
    expect([first?.line, second?.line, second?.field]).toEqual([1, 2, 'tlvs[0].value']);
    const [content] = stored.map((message) => readContent(message.content));
    expect(content).toMatchObject({ protocolId: 65, tlvs: [{ tag: 0x1400 }], meta: '{"a":"b"}' });
  });

  it('are taken as they are', async () => {
    const [content] = await sent({ text: 'hi', protocolId: 65, serviceType: 'WAP', replyPath: true });
    expect(content).toMatchObject({ protocolId: 65, serviceType: 'WAP', esmClass: 0x80 });
  });

  it.each([
    [{ hex: '0102', dataCoding: 0xf5 }, 0xf5, '0102'],
    [{ text: 'hé', dataCoding: 8 }, 8, '006800e9'],
    [{ text: 'h@', dataCoding: 0xf1 }, 0xf1, '6800'],
    [{ text: 'hé', dataCoding: 3 }, 3, '68e9'],
  ])('%j', async (body, dataCoding, payload) => {
    const [content] = await sent(body);
    expect([content?.dataCoding, hexOf(content?.payload ?? new Uint8Array())]).toEqual([dataCoding, payload]);
  });

  it.each([
    [{ text: 'hi', dataCoding: 4 }, 'dataCoding'],
    [{ text: 'hi', dataCoding: 8, coding: 'gsm7' }, 'dataCoding'],
    [{ text: 'hi', dataCoding: 8, messageClass: 0 }, 'messageClass'],
    [{ text: 'Здравей', dataCoding: 0 }, 'text'],
    [{ text: 'hi', dataCoding: 256 }, 'dataCoding'],
    [{ text: 'hi', serviceType: 'TOOLONG' }, 'serviceType'],
    [{ text: 'hi', udh: '060504' }, 'udh'],
    [{ text: 'hi', udh: '03050401' }, 'udh'],
    [{ text: 'hi', udh: '03240101' }, 'udh'],
    [{ text: 'hi', udh: '0102', ports: { to: 1 } }, 'udh'],
    [{ text: 'hi', udh: '06050400010002', ports: { to: 1 } }, 'ports'],
    [{ text: 'hi', ports: { to: 65_536 } }, 'ports.to'],
    [{ text: 'hi', ports: { to: 1 }, longMessage: 'sar' }, 'ports'],
    [{ text: 'hi', ports: { to: 1 }, tlvs: [{ tag: 'source_port', value: 1 }] }, 'tlvs[0].tag'],
    [{ text: 'hi', udh: `8a70${'88'}${'00'.repeat(136)}`, ports: { to: 1 } }, 'ports'],
  ])('refuses %j', async (body, field) => {
    const { status, json } = await rig.post(url, { to, ...body });
    expect([status, json.field]).toEqual([400, field]);
  });

  it('says which field has chosen the coding that a text does not go in', async () => {
    const { json } = await rig.post(url, { to, text: 'Здравей', dataCoding: 0 });
    expect(json.hint).toMatch(/^leave "dataCoding" out/);
  });

  it('refuses a segment that is too long for one', async () => {
    const { status, json } = await rig.post(url, { to, text: 'x'.repeat(161), udh: '0500037f0201' });
    expect([status, json.field]).toEqual([422, 'udh']);
    const [content] = await sent({ text: 'hi', udh: '0500037f0201' });
    expect(hexOf(content?.payload ?? new Uint8Array())).toBe('0500037f02016869');
  });
});

describe('ports', () => {
  const ports = { to: 0x0b84, from: 0x23f0 };

  it('stand in the header of every segment, which holds less', async () => {
    const text = 'x'.repeat(160);
    const contents = await sent({ text, ports });
    expect(contents.map(({ payload, esmClass }) => [esmClass, hexOf(payload).slice(0, 24)])).toEqual([
      [0x40, expect.stringMatching(/^0b0003..020105040b8423f0$/)],
      [0x40, expect.stringMatching(/^0b0003..020205040b8423f0$/)],
    ]);
    const { json } = await rig.post('/api/v1/estimate', { to, text, ports });
    // 140 octets without the header are 128 of 8 bits: 146 septets.
    expect(json).toMatchObject({ segments: 2, unitsPerSegment: 146, lastSegment: { used: 14, free: 132 } });
  });

  it('take their room of octets too', async () => {
    const { json } = await rig.post('/api/v1/estimate', { to, hex: '00'.repeat(134), ports });
    expect(json).toMatchObject({ segments: 2, unitsPerSegment: 128, lastSegment: { used: 6, free: 122 } });
    const { json: one } = await rig.post('/api/v1/estimate', { to, hex: '00'.repeat(133), ports });
    expect(one).toMatchObject({ segments: 1, unitsPerSegment: 133, lastSegment: { used: 133, free: 0 } });
    await sent({ hex: '00'.repeat(134), ports });
    expect(stored).toHaveLength(2);
  });

  it('go behind what the header has', async () => {
    const [content] = await sent({ hex: 'ff', udh: '0401020101', ports: { to: 1 } });
    expect(hexOf(content?.payload ?? new Uint8Array())).toBe('0a01020101050400010000ff');
  });
});

describe('meta', () => {
  const meta = { campaign: 'autumn "26"', 'crm.contact': 'Zoë' };

  it('comes back with the message, in lists and in exports, once for all segments', async () => {
    const text = 'meta '.repeat(60);
    const { json } = await rig.post(url, { to: '447700900777', text, meta });
    expect(json.ids).toHaveLength(2);
    expect((await rig.get(`${url}/${json.ids[1]}`)).json.meta).toEqual(meta);
    const { json: found } = await rig.get(`${url}?to=447700900777`);
    expect(found.messages).toMatchObject([{ id: json.id, meta }]);
    const lines = await rig.get(`${url}/export?to=447700900777&format=jsonl&columns=id,meta`);
    expect(JSON.parse(lines.text)).toEqual({ id: json.id, meta });
    const csv = await rig.get(`${url}/export?to=447700900777&columns=meta`);
    expect(csv.text).toBe(`meta\r\n"${JSON.stringify(meta).replaceAll('"', '""')}"\r\n`);
  });

  it('is left out where there is none', async () => {
    const id = await rig.submit(to, 'hi', { meta: {} });
    expect(Object.keys((await rig.get(`${url}/${id}`)).json)).not.toContain('meta');
  });

  it.each([
    [Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, ''])), 'meta'],
    [{ 'no spaces': '' }, 'meta'],
    [{ ['k'.repeat(41)]: '' }, 'meta'],
    [{ long: 'é'.repeat(129) }, 'meta.long'],
    [Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`k${at}`, 'x'.repeat(206)])), 'meta'],
  ])('is refused: %j', async (given, field) => {
    const { status, json } = await rig.post(url, { to, text: 'hi', meta: given });
    expect([status, json.field]).toEqual([422, field]);
  });

  it('is of texts', async () => {
    const { status, json } = await rig.post(url, { to, text: 'hi', meta: { a: 1 } });
    expect([status, json.field]).toEqual([400, 'meta.a']);
  });
});

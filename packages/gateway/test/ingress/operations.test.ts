import { status, statusName, tlv, tlvAll } from '@chappe/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Esme, Rig, settled, start } from '../rig.ts';

let rig: Rig;
let esme: Esme;

beforeEach(async () => {
  rig = await Rig.start();
  esme = await rig.esme({ version: 0x50 });
});
afterEach(() => rig.stop());

const name = (response: { readonly command_status: number }): string =>
  statusName(response.command_status) ?? '?';
const source = { source_addr_ton: 5, source_addr: 'ACME' } as const;
const later = '000001000000000R';

describe('query_sm', () => {
  it('tells the state, and after the end the date', async () => {
    const { message_id } = await esme.submit();
    const query = () => esme.request<'query_sm'>({ command: 'query_sm', message_id, ...source });
    expect(await query()).toMatchObject({ command_status: 0, message_id, message_state: 1, final_date: '' });
    await rig.clock.advance(200);
    expect(await query()).toMatchObject({
      message_state: 2,
      final_date: '260720120000100+',
      error_code: 0,
    });
  });

  it.each([
    ['an unknown id', { message_id: '0'.repeat(22) }, 'ESME_RINVMSGID'],
    ['an id that is none', { message_id: 'hello' }, 'ESME_RINVMSGID'],
    ['no id', { message_id: '' }, 'ESME_RINVMSGID'],
  ])('refuses %s', async (_, fields, expected) => {
    const response = await esme.request<'query_sm'>({ command: 'query_sm', ...source, ...fields });
    expect(name(response)).toBe(expected);
  });

  it('refuses another source address, and another account knows nothing', async () => {
    const { message_id } = await esme.submit();
    const wrong = await esme.request<'query_sm'>({ command: 'query_sm', message_id, source_addr: 'OTHER' });
    expect(name(wrong)).toBe('ESME_RQUERYFAIL');
    const other = await rig.esme({ systemId: 'other' });
    const foreign = await other.request<'query_sm'>({ command: 'query_sm', message_id, ...source });
    expect(name(foreign)).toBe('ESME_RINVMSGID');
    // 3.4 decoders need the fields of an error response.
    expect(foreign).toMatchObject({ message_id, message_state: 7, flags: [] });
  });

  it('5.0 knows SCHEDULED, 3.4 is told ENROUTE', async () => {
    const { message_id } = await esme.submit({ schedule_delivery_time: later });
    const query = { command: 'query_sm' as const, message_id, ...source };
    expect((await esme.request<'query_sm'>(query)).message_state).toBe(0);
    const old = await rig.esme({ version: 0x34 });
    expect((await old.request<'query_sm'>(query)).message_state).toBe(1);
  });
});

describe('cancel_sm', () => {
  it('takes back a scheduled message and tells it by a receipt', async () => {
    const { message_id } = await esme.submit({ schedule_delivery_time: later });
    const cancel = { command: 'cancel_sm' as const, message_id, ...source };
    expect(name(await esme.request<'cancel_sm'>(cancel))).toBe('ESME_ROK');
    await settled();
    expect(esme.stats).toEqual(['DELETED']);
    expect(name(await esme.request<'cancel_sm'>(cancel))).toBe('ESME_RCANCELFAIL');
    await rig.clock.leap(90_000_000);
    expect(rig.handsets.inbox('447700900123')).toEqual([]);
  });

  it('takes back a message on its way to the handset', async () => {
    const { message_id } = await esme.submit();
    await settled();
    const cancelled = await esme.request<'cancel_sm'>({ command: 'cancel_sm', message_id, ...source });
    expect(name(cancelled)).toBe('ESME_ROK');
    await rig.clock.advance(500);
    expect(rig.handsets.inbox('447700900123')).toEqual([]);
    expect(esme.stats).toEqual(['DELETED']);
  });

  it('without id: all pending with these addresses', async () => {
    for (const destination_addr of ['447700900001', '447700900001', '447700900002']) {
      await esme.submit({ destination_addr, schedule_delivery_time: later });
    }
    const cancel = { command: 'cancel_sm' as const, ...source, destination_addr: '447700900001' };
    expect(name(await esme.request<'cancel_sm'>(cancel))).toBe('ESME_ROK');
    await settled();
    expect(esme.stats).toEqual(['DELETED', 'DELETED']);
    expect(name(await esme.request<'cancel_sm'>(cancel))).toBe('ESME_RCANCELFAIL');
  });

  it.each([
    ['an unknown id', { message_id: '1'.repeat(22) }, 'ESME_RINVMSGID'],
    ['neither id nor source', { source_addr: '', destination_addr: '4477' }, 'ESME_RINVSRCADR'],
    ['neither id nor destination', {}, 'ESME_RINVDSTADR'],
  ])('refuses %s', async (_, fields, expected) => {
    const response = await esme.request<'cancel_sm'>({ command: 'cancel_sm', ...source, ...fields });
    expect(name(response)).toBe(expected);
  });

  it('refuses an id with another source or destination', async () => {
    const { message_id } = await esme.submit({ schedule_delivery_time: later });
    for (const fields of [{ source_addr: 'OTHER' }, { destination_addr: '447700900999' }]) {
      const response = await esme.request<'cancel_sm'>({
        command: 'cancel_sm',
        message_id,
        ...source,
        ...fields,
      });
      expect(name(response)).toBe('ESME_RCANCELFAIL');
    }
  });

  it('is too late for a delivered message', async () => {
    const { message_id } = await esme.submit();
    await rig.clock.advance(200);
    const response = await esme.request<'cancel_sm'>({ command: 'cancel_sm', message_id, ...source });
    expect(name(response)).toBe('ESME_RCANCELFAIL');
  });
});

describe('replace_sm', () => {
  const text = Buffer.from('Other text');

  it('changes the text of a waiting message, keeps its times', async () => {
    const { message_id } = await esme.submit({ schedule_delivery_time: later });
    const replaced = await esme.request<'replace_sm'>({
      command: 'replace_sm',
      message_id,
      ...source,
      short_message: text,
      registered_delivery: 0,
    });
    expect(name(replaced)).toBe('ESME_ROK');
    await rig.clock.leap(86_300_000);
    await rig.clock.advance(1_000);
    expect(rig.handsets.inbox('447700900123')).toEqual([]);
    await rig.clock.advance(200_000);
    expect(rig.handsets.inbox('447700900123').map((message) => message.text)).toEqual(['Other text']);
    // registered_delivery is replaced too.
    expect(esme.stats).toEqual([]);
  });

  it('moves the schedule', async () => {
    const { message_id } = await esme.submit({ schedule_delivery_time: later });
    const replaced = await esme.request<'replace_sm'>({
      command: 'replace_sm',
      message_id,
      ...source,
      short_message: text,
      schedule_delivery_time: '000000000100000R',
    });
    expect(name(replaced)).toBe('ESME_ROK');
    await rig.clock.advance(61_000);
    expect(rig.handsets.inbox('447700900123')).toHaveLength(1);
  });

  it('is too late once it is delivered, and says so', async () => {
    const { message_id } = await esme.submit();
    await rig.clock.advance(200);
    const replace = { command: 'replace_sm' as const, message_id, ...source, short_message: text };
    expect(name(await esme.request<'replace_sm'>(replace))).toBe('ESME_RREPLACEFAIL');
  });

  it.each([
    ['an unknown id', { message_id: '1'.repeat(22) }, 'ESME_RINVMSGID'],
    ['no id', { message_id: '' }, 'ESME_RINVMSGID'],
    ['a bad schedule', { schedule_delivery_time: 'x' }, 'ESME_RINVSCHED'],
    ['a bad validity', { validity_period: 'x' }, 'ESME_RINVEXPIRY'],
    ['another source', { source_addr: 'OTHER' }, 'ESME_RREPLACEFAIL'],
    ['text and payload', { tlvs: { message_payload: text } }, 'ESME_RINVMSGLEN'],
    ['a predefined message', { sm_default_msg_id: 1 }, 'ESME_RINVDFTMSGID'],
  ])('refuses %s', async (_, fields, expected) => {
    const { message_id } = await esme.submit({ schedule_delivery_time: later });
    const replace = { command: 'replace_sm' as const, message_id, ...source, short_message: text, ...fields };
    expect(name(await esme.request<'replace_sm'>(replace))).toBe(expected);
  });
});

describe('submit_sm with replace_if_present_flag', () => {
  it('replaces the waiting message with the same addresses, else makes a new one', async () => {
    const first = await esme.submit({ schedule_delivery_time: later });
    const second = await esme.submit({
      schedule_delivery_time: later,
      replace_if_present_flag: 1,
      short_message: Buffer.from('Second'),
    });
    expect(name(second)).toBe('ESME_ROK');
    const third = await esme.submit({
      schedule_delivery_time: later,
      replace_if_present_flag: 1,
      destination_addr: '447700900777',
    });
    expect(third.message_id).not.toBe(first.message_id);
    await rig.clock.leap(86_401_000);
    await rig.clock.advance(1_000);
    expect(rig.handsets.inbox('447700900123').map(({ text }) => text)).toEqual(['Second']);
    expect(rig.handsets.inbox('447700900777').map(({ text }) => text)).toEqual(['Hello']);
  });
});

describe('data_sm', () => {
  const data = { command: 'data_sm' as const, ...source, dest_addr_ton: 1, destination_addr: '447700900123' };

  it('carries its text in message_payload', async () => {
    const response = await esme.request<'data_sm'>({
      ...data,
      registered_delivery: 1,
      tlvs: { message_payload: Buffer.from('By data sm') },
    });
    expect(name(response)).toBe('ESME_ROK');
    await rig.clock.advance(200);
    expect(rig.handsets.inbox('447700900123').map(({ text }) => text)).toEqual(['By data sm']);
    expect(esme.texts[0]).toContain(`id:${response.message_id} `);
  });

  it.each([
    ['no payload', {}, 'ESME_RMISSINGTLV'],
    [
      'no destination',
      { destination_addr: '', tlvs: { message_payload: Buffer.from('x') } },
      'ESME_RINVDSTADR',
    ],
    [
      'a reserved type',
      { esm_class: 0x0c, tlvs: { message_payload: Buffer.from('x') } },
      'ESME_RINVESMCLASS',
    ],
  ])('refuses %s', async (_, fields, expected) => {
    expect(name(await esme.request<'data_sm'>({ ...data, ...fields }))).toBe(expected);
  });

  it('addresses of 64 octets come back in a receipt by data_sm', async () => {
    const source_addr = 'a'.repeat(64);
    const tlvs = { message_payload: Buffer.from('x') };
    await esme.request<'data_sm'>({ ...data, source_addr, registered_delivery: 1, tlvs });
    await rig.clock.advance(200);
    const [receipt] = esme.received;
    expect(receipt).toMatchObject({ command: 'data_sm', destination_addr: source_addr, esm_class: 4 });
    expect(receipt && tlv(receipt, 'message_state')).toBe(2);
    expect(receipt && Buffer.from(tlv(receipt, 'message_payload') ?? []).toString()).toContain(
      'stat:DELIVRD',
    );
  });

  it('qos_time_to_live wins over nothing: an unreachable handset ends it', async () => {
    rig.handsets.setState('447700900123', 'off');
    await esme.request<'data_sm'>({
      ...data,
      registered_delivery: 1,
      tlvs: { message_payload: Buffer.from('x'), qos_time_to_live: 5 },
    });
    await rig.clock.advance(120_000);
    expect(esme.stats).toEqual(['EXPIRED']);
  });
});

describe('submit_multi', () => {
  const multi = {
    command: 'submit_multi' as const,
    ...source,
    short_message: Buffer.from('To all'),
    registered_delivery: 1,
  };
  const to = (destination_addr: string) => ({
    dest_flag: 1 as const,
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr,
  });

  it('one id for all destinations, a receipt for each, refused ones named', async () => {
    const response = await esme.request<'submit_multi'>({
      ...multi,
      dest_address: [
        to('447700900001'),
        { dest_flag: 2, dl_name: 'friends' },
        to('4477009x'),
        to('447700900002'),
        to('447705550007'),
      ],
    });
    expect(name(response)).toBe('ESME_ROK');
    expect(response.unsuccess_sme).toMatchObject([
      { destination_addr: 'friends', error_status_code: status.ESME_RINVDLNAME },
      { destination_addr: '4477009x', error_status_code: status.ESME_RINVDSTADR },
      { destination_addr: '447705550007', error_status_code: status.ESME_RTHROTTLED },
    ]);
    const query = { command: 'query_sm' as const, message_id: response.message_id, ...source };
    expect((await esme.request<'query_sm'>(query)).message_state).toBe(1);
    await rig.clock.advance(200);
    expect(esme.texts.map((text) => text.slice(0, 48))).toEqual([
      `id:${response.message_id} sub:002 dlvrd:001 subm`,
      `id:${response.message_id} sub:002 dlvrd:001 subm`,
    ]);
    expect(esme.deliveries.map((pdu) => pdu.source_addr).sort()).toEqual(['447700900001', '447700900002']);
    expect((await esme.request<'query_sm'>(query)).message_state).toBe(2);
  });

  it('cancelled as a whole', async () => {
    const { message_id } = await esme.request<'submit_multi'>({
      ...multi,
      dest_address: [to('447700900001'), to('447700900002')],
      schedule_delivery_time: later,
    });
    expect(name(await esme.request<'cancel_sm'>({ command: 'cancel_sm', message_id, ...source }))).toBe(
      'ESME_ROK',
    );
    await settled();
    expect(esme.stats).toEqual(['DELETED', 'DELETED']);
  });

  it.each([
    ['no destination', { dest_address: [] }, 'ESME_RINVNUMDESTS'],
    ['only bad destinations', { dest_address: [{ dest_flag: 2 as const, dl_name: 'x' }] }, 'ESME_RINVDLNAME'],
    ['replace_if_present', { dest_address: [to('4477')], replace_if_present_flag: 1 }, 'ESME_RINVSUBREP'],
    ['priority 4', { dest_address: [to('4477')], priority_flag: 4 }, 'ESME_RINVPRTFLG'],
  ])('refuses %s', async (_, fields, expected) => {
    expect(name(await esme.request<'submit_multi'>({ ...multi, ...fields }))).toBe(expected);
  });

  it('takes 255 destinations', async () => {
    const dest_address = Array.from({ length: 255 }, (_, i) => to(`4477009${String(i).padStart(5, '0')}`));
    const response = await esme.request<'submit_multi'>({ ...multi, dest_address });
    expect(name(response)).toBe('ESME_ROK');
    await rig.clock.advance(200);
    expect(esme.stats).toHaveLength(255);
  });
});

describe('broadcast_sm', () => {
  const area = (alias: string): Uint8Array => Buffer.from(`\0${alias}`, 'latin1');
  const tlvs = {
    broadcast_area_identifier: [area('north'), area('south')],
    broadcast_content_type: Uint8Array.of(1, 0, 0x33),
    broadcast_rep_num: 1,
    broadcast_frequency_interval: Uint8Array.of(9, 0, 5),
    message_payload: Buffer.from('Storm'),
  };
  const broadcast = { command: 'broadcast_sm' as const, ...source, tlvs };

  it('reaches the handsets that are known, and its areas are told', async () => {
    await esme.submit({ destination_addr: '447700900001' });
    await rig.clock.advance(200);
    const { message_id, command_status } = await esme.request<'broadcast_sm'>(broadcast);
    expect(command_status).toBe(0);
    await rig.clock.advance(200);
    expect(rig.handsets.inbox('447700900001').map(({ text }) => text)).toEqual(['Hello', 'Storm']);
    const query = { command: 'query_broadcast_sm' as const, message_id, ...source };
    const answer = await esme.request<'query_broadcast_sm'>(query);
    expect(tlv(answer, 'message_state')).toBe(2);
    expect(tlvAll(answer, 'broadcast_area_identifier').map((id) => Buffer.from(id).toString())).toEqual([
      '\0north',
      '\0south',
    ]);
    expect(tlvAll(answer, 'broadcast_area_success')).toEqual([100, 100]);
    expect(tlv(answer, 'broadcast_end_time')).toMatch(/^260720120000\d00\+$/);
  });

  it('waits for its time and can be taken back', async () => {
    await esme.submit({ destination_addr: '447700900001' });
    await rig.clock.advance(200);
    const { message_id } = await esme.request<'broadcast_sm'>({
      ...broadcast,
      schedule_delivery_time: later,
    });
    const query = { command: 'query_broadcast_sm' as const, message_id, ...source };
    expect(tlv(await esme.request<'query_broadcast_sm'>(query), 'message_state')).toBe(0);
    const cancel = { command: 'cancel_broadcast_sm' as const, message_id, ...source };
    expect(name(await esme.request<'cancel_broadcast_sm'>(cancel))).toBe('ESME_ROK');
    expect(name(await esme.request<'cancel_broadcast_sm'>(cancel))).toBe('ESME_RBCASTCANCELFAIL');
    await rig.clock.leap(90_000_000);
    expect(rig.handsets.inbox('447700900001')).toHaveLength(1);
  });

  describe('that repeats', () => {
    const handset = '447700900001';
    const shown = () =>
      rig.handsets
        .inbox(handset)
        .filter(({ text }) => text === 'Storm')
        .map(({ receivedMs }) => Math.round((receivedMs - start) / 1_000));
    const repeating = (times: number, interval: Uint8Array, more: object = {}) =>
      esme.request<'broadcast_sm'>({
        ...broadcast,
        tlvs: { ...tlvs, broadcast_rep_num: times, broadcast_frequency_interval: interval },
        ...more,
      });
    const minute = Uint8Array.of(9, 0, 1);
    const progress = async (message_id: string): Promise<readonly unknown[]> => {
      const answer = await esme.request<'query_broadcast_sm'>({
        command: 'query_broadcast_sm',
        message_id,
        ...source,
      });
      return [tlv(answer, 'message_state'), ...tlvAll(answer, 'broadcast_area_success')];
    };
    const cancel = async (message_id: string): Promise<string> =>
      name(
        await esme.request<'cancel_broadcast_sm'>({ command: 'cancel_broadcast_sm', message_id, ...source }),
      );

    beforeEach(async () => {
      await esme.submit({ destination_addr: handset });
      await rig.clock.advance(1_000);
    });

    it('goes out as often as it asks for, at its interval, and is counted', async () => {
      const { message_id } = await repeating(4, minute);
      await rig.clock.advance(500);
      expect(await progress(message_id)).toEqual([1, 25, 25]);
      await rig.clock.advance(59_000);
      expect(shown()).toEqual([1]);
      await rig.clock.advance(1_000);
      expect(shown()).toEqual([1, 61]);
      expect(await progress(message_id)).toEqual([1, 50, 50]);
      await rig.clock.advance(120_000);
      expect(shown()).toEqual([1, 61, 121, 181]);
      expect(await progress(message_id)).toEqual([2, 100, 100]);
      await rig.clock.advance(600_000);
      expect(shown()).toHaveLength(4);
      expect(await cancel(message_id)).toBe('ESME_RBCASTCANCELFAIL');
    });

    it('can be cancelled right after it was submitted, and between two times', async () => {
      const first = await repeating(3, minute);
      await rig.clock.advance(100);
      expect(await cancel(first.message_id)).toBe('ESME_ROK');
      expect(await progress(first.message_id)).toEqual([4, 33, 33]);
      const second = await repeating(3, minute);
      await rig.clock.advance(61_000);
      expect(await cancel(second.message_id)).toBe('ESME_ROK');
      expect(await progress(second.message_id)).toEqual([4, 66, 66]);
      await rig.clock.advance(600_000);
      expect(shown()).toHaveLength(3);
      expect(await cancel(second.message_id)).toBe('ESME_RBCASTCANCELFAIL');
    });

    it('is cancelled without id too', async () => {
      await repeating(9, minute);
      await rig.clock.advance(100);
      expect(await cancel('')).toBe('ESME_ROK');
      await rig.clock.advance(600_000);
      expect(shown()).toHaveLength(1);
    });

    it.each([
      ['seconds', 8, 30, 30],
      ['minutes', 9, 2, 120],
      ['hours', 10, 1, 3_600],
      ['days', 11, 1, 86_400],
      ['as often as possible', 0, 0, 2],
      ['no interval at all', 8, 0, 2],
    ])('at an interval of %s', async (_what, unit, count, seconds) => {
      await repeating(3, Uint8Array.of(unit, 0, count));
      for (let time = 0; time < 4; time += 1) {
        await rig.clock.leap((seconds - 1) * 1_000);
        await rig.clock.advance(1_500);
      }
      expect(shown()).toEqual([1, 1 + seconds, 1 + 2 * seconds]);
    });

    it('ends with its validity, as delivered', async () => {
      const { message_id } = await repeating(10, minute, { validity_period: '000000000230000R' });
      await rig.clock.advance(600_000);
      expect(shown()).toEqual([1, 61, 121]);
      expect(await progress(message_id)).toEqual([2, 30, 30]);
    });

    it('is valid as long as it repeats when it does not say how long', async () => {
      const { message_id } = await repeating(5, Uint8Array.of(11, 0, 1));
      for (let day = 0; day < 3; day += 1) await rig.clock.leap(86_400_000);
      expect(await progress(message_id)).toEqual([1, 80, 80]);
      for (let day = 0; day < 2; day += 1) await rig.clock.leap(86_400_000);
      expect(await progress(message_id)).toEqual([2, 100, 100]);
    });

    it('begins at its time', async () => {
      const { message_id } = await repeating(2, minute, { schedule_delivery_time: '000000000100000R' });
      await rig.clock.advance(30_000);
      expect(await progress(message_id)).toEqual([0, 255, 255]);
      await rig.clock.advance(120_000);
      expect(shown()).toEqual([61, 121]);
    });

    it('does not repeat when it is immediate, whatever else it says', async () => {
      const { message_id } = await repeating(5, minute, { priority_flag: 1 });
      await rig.clock.advance(600_000);
      expect(shown()).toHaveLength(1);
      expect(await progress(message_id)).toEqual([2, 100, 100]);
    });
  });

  it('without id: all waiting from the source address', async () => {
    await esme.request<'broadcast_sm'>({ ...broadcast, schedule_delivery_time: later });
    await esme.request<'broadcast_sm'>({ ...broadcast, schedule_delivery_time: later });
    const cancel = { command: 'cancel_broadcast_sm' as const, ...source };
    expect(name(await esme.request<'cancel_broadcast_sm'>(cancel))).toBe('ESME_ROK');
    expect(name(await esme.request<'cancel_broadcast_sm'>(cancel))).toBe('ESME_RBCASTCANCELFAIL');
  });

  it.each([
    ['no area', { broadcast_area_identifier: undefined }, 'ESME_RMISSINGTLV'],
    ['no text', { message_payload: undefined }, 'ESME_RMISSINGTLV'],
    ['no repeats', { broadcast_rep_num: undefined }, 'ESME_RMISSINGTLV'],
    [
      'an area of unknown format',
      { broadcast_area_identifier: Uint8Array.of(9, 1) },
      'ESME_RINVBCASTAREAFMT',
    ],
    ['an unknown network', { broadcast_content_type: Uint8Array.of(9, 0, 0) }, 'ESME_RINVBCASTCNTTYPE'],
    [
      'an unknown interval',
      { broadcast_frequency_interval: Uint8Array.of(99, 0, 1) },
      'ESME_RINVBCASTFREQINT',
    ],
    ['no repeat at all', { broadcast_rep_num: 0 }, 'ESME_RINVBCAST_REP'],
  ])('refuses %s', async (_, changed, expected) => {
    const response = await esme.request<'broadcast_sm'>({ ...broadcast, tlvs: { ...tlvs, ...changed } });
    expect(name(response)).toBe(expected);
  });

  it('a replacement that finds nothing is an error; one that finds it keeps the id', async () => {
    const replace = {
      ...broadcast,
      replace_if_present_flag: 1,
      tlvs: { ...tlvs, message_payload: Buffer.from('Sun') },
    };
    expect(name(await esme.request<'broadcast_sm'>({ ...replace, message_id: '1'.repeat(22) }))).toBe(
      'ESME_RINVMSGID',
    );
    await esme.submit({ destination_addr: '447700900001' });
    await rig.clock.advance(200);
    const { message_id } = await esme.request<'broadcast_sm'>({
      ...broadcast,
      schedule_delivery_time: later,
    });
    const replaced = await esme.request<'broadcast_sm'>({
      ...replace,
      message_id,
      schedule_delivery_time: later,
    });
    expect(replaced).toMatchObject({ command_status: 0, message_id });
    await rig.clock.leap(86_401_000);
    await rig.clock.advance(1_000);
    expect(rig.handsets.inbox('447700900001').map(({ text }) => text)).toEqual(['Hello', 'Sun']);
  });

  it('an ordinary message is no broadcast', async () => {
    const { message_id } = await esme.submit();
    const query = { command: 'query_broadcast_sm' as const, message_id, ...source };
    expect(name(await esme.request<'query_broadcast_sm'>(query))).toBe('ESME_RINVMSGID');
  });
});

describe('what only 3.3 has', () => {
  it('param_retrieve, query_last_msgs, query_msg_details', async () => {
    const old = await rig.esme({ version: 0x33, bind: 'transmitter', systemId: 'old' });
    const param = await old.request<'param_retrieve'>({
      command: 'param_retrieve',
      param_name: 'interface_version',
    });
    expect(param.param_value).toBe('33');
    const unknown = await old.request<'param_retrieve'>({ command: 'param_retrieve', param_name: 'x' });
    expect(name(unknown)).toBe('ESME_RINVPARAM');
    const ids = [(await old.submit()).message_id, (await old.submit()).message_id];
    const last = { command: 'query_last_msgs' as const, ...source, no_of_messages: 5 };
    expect((await old.request<'query_last_msgs'>(last)).message_id).toEqual(ids.toReversed());
    const none = await old.request<'query_last_msgs'>({ ...last, no_of_messages: 0 });
    expect(name(none)).toBe('ESME_RINVNUMMSGS');
    const details = await old.request<'query_msg_details'>({
      command: 'query_msg_details',
      message_id: ids[0],
      ...source,
      sm_length: 3,
    });
    expect(details).toMatchObject({ message_state: 1, message_id: ids[0], source_addr: 'ACME' });
    expect(Buffer.from(details.short_message).toString()).toBe('Hel');
    expect(details.dest_address).toMatchObject([{ destination_addr: '447700900123' }]);
  });
});

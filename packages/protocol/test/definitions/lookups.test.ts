import { describe, expect, it } from 'vitest';
import {
  type CommandDefinition,
  type CommandName,
  commandId,
  commandName,
  commands,
  isRequest,
  isResponse,
  responseOf,
  status,
  statusClass,
  statusDescription,
  statusName,
  type TlvDefinition,
  type TlvName,
  tlvDefinition,
  tlvName,
  tlvs,
  tlvTag,
} from '../../src/index.ts';

const names = Object.keys(commands) as CommandName[];

describe('commands', () => {
  it('have one id each, found both ways', () => {
    for (const name of names) expect(commandName(commandId(name))).toBe(name);
    expect(new Set(names.map(commandId)).size).toBe(39);
    expect(commandName(0x80000102)).toBeUndefined();
  });

  it('pair requests and responses by bit 31', () => {
    const requests = names.filter((name) => isRequest(name));
    expect(requests.length).toBe(18);
    for (const name of requests) expect(commandId(responseOf(name))).toBe(commandId(name) + 0x80000000);
    expect(responseOf('outbind')).toBeUndefined();
    expect(names.filter(isResponse).length).toBe(19);
    expect(isResponse('generic_nack')).toBe(true);
    expect(isRequest('toString')).toBe(false);
    expect(isResponse('toString')).toBe(false);
  });

  it('place each count right before what it counts', () => {
    for (const name of names) {
      const fields = Object.entries((commands[name] as CommandDefinition).fields);
      for (const [i, [, definition]] of fields.entries()) {
        if (definition.type === 'count') expect(fields[i + 1]?.[0]).toBe(definition.of);
      }
    }
  });
});

describe('TLVs', () => {
  it('have one tag each, found both ways', () => {
    for (const name of Object.keys(tlvs) as TlvName[]) {
      expect(tlvName(tlvTag(name))).toBe(name);
      expect(tlvDefinition(tlvTag(name))).toBe(tlvs[name]);
    }
    expect(new Set(Object.values(tlvs).map(({ tag }) => tag)).size).toBe(64);
    expect(tlvName(0x1403)).toBeUndefined();
    expect(tlvDefinition(0x060c)).toBeUndefined();
    expect(tlvTag('destination_port')).toBe(0x020b);
  });

  it('have integers of 1, 2 or 4 octets', () => {
    for (const [name, { type, min, max }] of Object.entries(
      tlvs as { readonly [name: string]: TlvDefinition },
    )) {
      if (type === 'integer' || type === 'bitmask')
        expect([1, 2, 4].includes(max) && min === max, name).toBe(true);
    }
  });
});

describe('statuses', () => {
  it('are found both ways', () => {
    expect(status.ESME_ROK).toBe(0);
    expect(status.ESME_RTHROTTLED).toBe(0x58);
    expect(statusName(0x58)).toBe('ESME_RTHROTTLED');
    expect(statusName(0x400)).toBeUndefined();
    expect(Object.isFrozen(status)).toBe(true);
  });

  it('have a class; unknown codes are permanent', () => {
    expect(statusClass(0)).toBe('none');
    expect(statusClass(status.ESME_RMSGQFUL)).toBe('throttle');
    expect(statusClass(status.ESME_RX_T_APPN)).toBe('temporary');
    expect(statusClass(status.ESME_RINVPASWD)).toBe('bind');
    expect(statusClass(0x04a1)).toBe('permanent');
  });

  it('have a description, vendor and reserved ones too', () => {
    expect(statusDescription(0)).toBe('Success');
    expect(statusDescription(0x450)).toBe('Vendor specific status 0x00000450');
    expect(statusDescription(0x90)).toBe('Reserved status 0x00000090');
  });
});

/** Messages for tests of submissions. */
import type { Message } from '@chappe/center';
import { encodeText, type Tlv } from '@chappe/protocol';
import type { ConnectorSettings } from '../../../../policy/src/settings/connector.ts';
import { type ContentInput, writeContent } from '../../../src/message/content.ts';

export const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

export const octets = (hex: string): Uint8Array =>
  new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const gsm = (text: string): Uint8Array => encodeText(text, 'gsm7').bytes;

export const vendorTlv = (tag: number, text: string): Tlv => ({
  name: undefined,
  tag,
  value: new Uint8Array(Buffer.from(text, 'latin1')),
});

/** The octets of a content whose text is `payload`, all else 0. */
export function contentOf(input: Partial<ContentInput> = {}): Uint8Array {
  return writeContent({
    shape: 'submit',
    esmClass: 0,
    protocolId: 0,
    dataCoding: 0,
    registeredDelivery: 0,
    inPayloadTlv: false,
    payload: gsm('Hello'),
    ...input,
  });
}

/** A stored message, an hour before its end. */
export function messageOf(input: Partial<ContentInput> = {}, fields: Partial<Message> = {}): Message {
  return {
    id: 1,
    tag: 2,
    publicId: '0000000000000100000002',
    idForm: 'hex',
    head: 1,
    kind: 'mt',
    account: 'acme',
    lane: 'op-a',
    source: { ton: 5, npi: 0, digits: 'ACME' },
    destination: { ton: 1, npi: 1, digits: '447700900123' },
    serviceType: '',
    priority: 0,
    dueMs: nowMs,
    expiresMs: nowMs + 3_600_000,
    acceptedMs: nowMs,
    state: 'enroute',
    attempts: 0,
    error: 0,
    doneMs: 0,
    receiptWanted: 0,
    of: undefined,
    upstreamId: undefined,
    answeredAs: undefined,
    sentMs: 0,
    operatorError: undefined,
    isReplaced: false,
    origin: undefined,
    group: undefined,
    content: contentOf(input),
    text: undefined,
    clientReference: undefined,
    timeline: '',
    segments: 1,
    ...fields,
  } as Message;
}

export function connectorOf(settings: Partial<ConnectorSettings> = {}): ConnectorSettings {
  return { name: 'op-a', host: 'localhost', systemId: 'us', password: 'secret', ...settings };
}

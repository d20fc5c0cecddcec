/** From the variables of a sendsms request to what the inlet takes, in the order in which Kannel looks at them. */
import { type CallbackRequest, maxCallbackUrlOctets, type SubmitRequest } from '@chappe/gateway';
import type { Parameters } from './parameters.ts';
import { misformed, Refusal, replies } from './replies.ts';

/** What a request asks to be sent, and to whom. */
export interface SendSms {
  readonly to: readonly string[];
  readonly message: Omit<SubmitRequest, 'to' | 'account'>;
}

interface NumberField {
  readonly label: string;
  readonly most: number;
}

const numbers = {
  'dlr-mask': { label: 'DLR-Mask', most: 31 },
  mclass: { label: 'MClass', most: 3 },
  pid: { label: 'PID', most: 255 },
  rpi: { label: 'RPI', most: 2 },
  'alt-dcs': { label: 'Alt-DCS', most: 1 },
  mwi: { label: 'MWI', most: 7 },
  coding: { label: 'Coding', most: 2 },
  compress: { label: 'Compress', most: 1 },
  validity: { label: 'Validity', most: 0x7fff_ffff },
  deferred: { label: 'Deferred', most: 0x7fff_ffff },
  priority: { label: 'Priority', most: 3 },
} as const satisfies Readonly<Record<string, NumberField>>;

type NumberName = keyof typeof numbers;

const maxAccountCharacters = 64;
// 3GPP 23.040 9.2.3.24: what a message holds.
const maxHeaderOctets = 140;
const minuteMs = 60_000;

/** Reads a request. Throws a `Refusal`. `user`: who asks, for %n. */
export function readSendSms(given: Parameters, user: string, nowMs: number): SendSms {
  const to = receiversOf(given);
  const from = given.text('from') ?? '';
  if (from === '') throw new Refusal(replies.noSender);
  const udh = headerOf(given);
  const url = urlOf(given);
  const values = Object.fromEntries(
    (Object.keys(numbers) as NumberName[]).map((name) => [name, numberOf(given, name)]),
  ) as Readonly<Record<NumberName, number | undefined>>;
  const account = given.text('account') || undefined;
  if ((account?.length ?? 0) > maxAccountCharacters) throw new Refusal(replies.account);
  const coding = values.coding ?? (udh === undefined ? 0 : 1);
  const { validity, deferred } = values;
  const delayMs = (deferred ?? 0) * minuteMs;
  const message: Omit<SubmitRequest, 'to' | 'account'> = {
    from,
    udh,
    ...contentOf(given, coding),
    dataCoding: dataCodingOf(values, coding),
    protocolId: values.pid,
    replyPath: values.rpi === 1,
    priority: values.priority as SubmitRequest['priority'],
    // Kannel counts both from now; here a validity begins when the message is due.
    validityMs:
      validity === undefined || validity === 0 ? undefined : Math.max(0, validity * minuteMs - delayMs),
    scheduleAtMs: delayMs === 0 ? undefined : nowMs + delayMs,
    clientReference: account,
    callback: callbackOf(given, url, values['dlr-mask'], { user, account }),
  };
  return { to, message };
}

function receiversOf(given: Parameters): readonly string[] {
  const written = given.text('to');
  if (written === undefined) throw new Refusal(replies.noReceiver);
  const all = written.split(' ').filter((number) => number !== '');
  if (all.length === 0) throw new Refusal(replies.emptyReceiver);
  const numbersOnly = all.filter((number) => /^[0-9+-]+$/.test(number));
  if (numbersOnly.length === 0) throw new Refusal(replies.deniedReceivers);
  return numbersOnly;
}

function headerOf(given: Parameters): Uint8Array | undefined {
  const udh = given.octets('udh');
  if (udh === undefined || udh.length === 0) return undefined;
  if (udh.length > maxHeaderOctets || (udh[0] ?? 0) + 1 !== udh.length) throw misformed('UDH');
  return udh;
}

function urlOf(given: Parameters): string | undefined {
  const url = given.text('dlr-url');
  if (url === undefined || url === '') return undefined;
  const isHttp = /^https?:\/\/./i.test(url) && URL.canParse(url);
  if (!isHttp || Buffer.byteLength(url) > maxCallbackUrlOctets) throw misformed('DLR-URL');
  return url;
}

/** As sscanf reads it: what begins with no number is not there, and -1 says the same. */
function numberOf(given: Parameters, name: NumberName): number | undefined {
  const { label, most } = numbers[name];
  const digits = /^\s*([+-]?\d+)/.exec(given.text(name) ?? '')?.[1];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  if (value < -1 || value > most) throw misformed(label);
  return value === -1 ? undefined : value;
}

function contentOf(
  given: Parameters,
  coding: number,
): Pick<SubmitRequest, 'text' | 'bytes' | 'coding' | 'replacement'> {
  const octets = given.octets('text') ?? new Uint8Array(0);
  const charset = given.text('charset') || (coding === 2 ? 'utf-16be' : 'utf-8');
  // Kannel looks at a charset that it does not know for octets, too.
  const text = decoded(octets, charset, coding !== 1);
  if (coding === 1) return { bytes: octets };
  return coding === 2 ? { text, coding: 'ucs2' } : { text, coding: 'gsm7', replacement: '?' };
}

function decoded(octets: Uint8Array, charset: string, isText: boolean): string {
  try {
    const decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
    return isText ? decoder.decode(octets) : '';
  } catch {
    throw new Refusal(replies.charset);
  }
}

/** data_coding as version 1.4.5 writes it (3GPP 23.038 4): test/peers/kannel-door.test.ts compares. */
function dataCodingOf(
  { mwi, mclass, compress, 'alt-dcs': alternative }: Readonly<Record<NumberName, number | undefined>>,
  coding: number,
): number {
  if (mwi !== undefined) {
    // 4 to 7: nothing waits any more.
    if (mwi >= 4) return 0xc0 | (mwi & 3);
    return (coding === 0 ? 0xd8 : 0xe8) | mwi;
  }
  // The group of classes has no UCS-2 and nothing compressed.
  const hasGroup = coding !== 2 && compress !== 1;
  if (hasGroup && (mclass !== undefined || alternative === 1)) return 0xf0 | (coding << 2) | (mclass ?? 1);
  return (compress === 1 ? 0x20 : 0) | (mclass === undefined ? 0 : 0x10 | mclass) | (coding << 2);
}

/** Without a mask nobody is called, and without a URL neither. */
function callbackOf(
  given: Parameters,
  url: string | undefined,
  mask: number | undefined,
  { user, account }: Pick<CallbackRequest, 'user' | 'account'>,
): CallbackRequest | undefined {
  if (url === undefined || mask === undefined || mask === 0) return undefined;
  const metaData = given.text('meta-data') || undefined;
  return { url, mask, user, account, billing: given.text('binfo') || undefined, metaData };
}

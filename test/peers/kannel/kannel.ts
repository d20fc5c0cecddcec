import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../../support/free-port.ts';
import { until } from '../../support/inbox.ts';
import { programPath } from '../../support/peer-programs.ts';
import { Program } from '../../support/program.ts';

/** One text or binary message for Kannel's sendsms. Values of octets are percent-encoded by `sendSms`. */
export interface KannelMessage {
  readonly from: string;
  readonly to: string;
  /** Text, or octets for a binary message. */
  readonly text: string | Uint8Array;
  /** 0 GSM 03.38, 1 octets, 2 UCS-2; Kannel's default depends on `udh`. */
  readonly coding?: 0 | 1 | 2;
  readonly udh?: Uint8Array;
  /** Sum of 1 delivered, 2 failed, 4 buffered, 8 accepted by the SMSC, 16 rejected by it. */
  readonly dlrMask?: number;
  readonly dlrUrl?: string;
}

/** A bearerbox and its smsbox, bound to Chappe as a transceiver. */
export interface Kannel {
  /** HTTP sendsms: status and body of the answer. */
  sendSms(message: KannelMessage): Promise<{ readonly status: number; readonly body: string }>;
  /** Where sendsms is, without a query. */
  readonly sendSmsUrl: string;
  /** The text of the status page. */
  status(): Promise<string>;
  stop(): Promise<void>;
}

export interface KannelOptions {
  readonly smppPort: number;
  /** Where configuration and logs go. */
  readonly folder: string;
  /** Called for every mobile-originated message, with Kannel's escapes in it. */
  readonly getUrl: string;
}

const password = 'peer';

interface Ports {
  readonly admin: number;
  readonly box: number;
  readonly sendSms: number;
}

function configuration(options: KannelOptions, ports: Ports): string {
  return `
group = core
admin-port = ${ports.admin}
admin-interface = 127.0.0.1
admin-password = ${password}
smsbox-port = ${ports.box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
sms-resend-freq = 1
sms-combine-concatenated-mo = true

group = smsc
smsc = smpp
smsc-id = chappe
host = 127.0.0.1
port = ${options.smppPort}
transceiver-mode = true
smsc-username = kannel
smsc-password = ${password}
system-type = ""
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = ${ports.box}
sendsms-port = ${ports.sendSms}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = peer
password = ${password}
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
accept-x-kannel-headers = false
max-messages = 0
concatenation = true
assume-plain-text = true
get-url = "${options.getUrl}"
`;
}

/** Octets as Kannel reads them from a query: every one percent-encoded. */
function percent(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function sendSmsQuery(message: KannelMessage): string {
  const octets = typeof message.text === 'string' ? Buffer.from(message.text, 'utf8') : message.text;
  const fields = [`username=peer`, `password=${password}`];
  fields.push(`from=${encodeURIComponent(message.from)}`, `to=${encodeURIComponent(message.to)}`);
  if (typeof message.text === 'string') fields.push('charset=UTF-8');
  if (message.coding !== undefined) fields.push(`coding=${message.coding}`);
  if (message.udh) fields.push(`udh=${percent(message.udh)}`);
  if (message.dlrMask !== undefined) fields.push(`dlr-mask=${message.dlrMask}`);
  if (message.dlrUrl) fields.push(`dlr-url=${encodeURIComponent(message.dlrUrl)}`);
  fields.push(`text=${percent(octets)}`);
  return fields.join('&');
}

/** Starts both boxes and waits until the bearerbox is bound and the smsbox is connected to it. */
export async function startKannel(options: KannelOptions): Promise<Kannel> {
  const [admin, box, sendSms] = await freePorts(3);
  const ports: Ports = { admin: admin!, box: box!, sendSms: sendSms! };
  const file = join(options.folder, 'kannel.conf');
  await writeFile(file, configuration(options, ports));
  // -v 1: warnings only on stderr would hide why a bind failed; info shows it.
  const bearerbox = new Program(programPath('bearerbox') ?? 'bearerbox', ['-v', '1', file], {
    cwd: options.folder,
  });
  const programs = [bearerbox];
  const stop = async (): Promise<void> => {
    for (const program of programs.reverse()) await program.stop();
  };
  const status = async (): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${ports.admin}/status.txt?password=${password}`);
    return await response.text();
  };
  const ready = async (what: string, program: Program, pattern: RegExp): Promise<void> => {
    await until(what, async () => {
      if (!program.running) return 'ended';
      return pattern.test(await status()) ? 'ready' : undefined;
    });
    if (!program.running) throw new Error(`${what}: the program ended:\n${program.output}`);
  };
  try {
    await ready('bearerbox to be bound', bearerbox, /chappe\b.*online/);
    const smsbox = new Program(programPath('smsbox') ?? 'smsbox', ['-v', '1', file], { cwd: options.folder });
    programs.push(smsbox);
    await ready('smsbox to be connected', smsbox, /smsbox.*127\.0\.0\.1.*on-line/);
    await until('sendsms to listen', async () => {
      const response = await fetch(`http://127.0.0.1:${ports.sendSms}/`);
      await response.text();
      return response;
    });
  } catch (error) {
    const output = programs.map((program) => program.output).join('\n');
    await stop();
    throw new Error(`Kannel did not come up:\n${output}`, { cause: error });
  }
  const sendSmsUrl = `http://127.0.0.1:${ports.sendSms}/cgi-bin/sendsms`;
  return {
    sendSmsUrl,
    status,
    stop,
    async sendSms(message) {
      const response = await fetch(`${sendSmsUrl}?${sendSmsQuery(message)}`);
      return { status: response.status, body: await response.text() };
    },
  };
}

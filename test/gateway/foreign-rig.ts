import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pdu } from 'smpp';
import { NodeSmppServer } from '../peers/node-smpp/server.ts';
import { wire } from '../peers/wire.ts';
import { startChappe } from '../support/chappe.ts';
import { type Phone, phone } from '../support/phone.ts';
import { startServe } from './serve.ts';

/** First digits of the numbers that go to npm's server. */
export const toNode = '4611';
/** First digits of the numbers that go to another Chappe. */
export const toChappe = '4622';
/** Numbers that handsets write to, each a customer's. */
export const senders = { kannel: '70001', node: '70002', perl: '70003' } as const;

function configuration(data: string, nodePort: number, chappePort: number): string {
  return `
data: ${data}
http: { listen: off }
smpp: { listen: 127.0.0.1:0 }
accounts:
  - { systemId: kannel, password: peer }
  - { systemId: node, password: secret }
  - { systemId: perl, password: secret, dlr: { longMessages: all } }
connectors:
  - { name: npm, host: 127.0.0.1, port: ${nodePort}, systemId: gateway, password: secret, reconnect: 50ms..200ms }
  - { name: chappe, host: 127.0.0.1, port: ${chappePort}, systemId: gateway, password: secret, reconnect: 50ms..200ms }
routes:
  - { name: npm, to: "${toNode}", via: npm }
  - { name: chappe, to: "${toChappe}", via: chappe }
  - { name: rest, reject: ESME_RINVDSTADR }
mo:
  - { name: to-kannel, to: "${senders.kannel}", deliver: kannel }
  - { name: to-node, to: "${senders.node}", deliver: node }
  - { name: to-perl, to: "${senders.perl}", deliver: perl }
`;
}

/** `chappe serve` between its customers and two upstreams: a message centre on npm's `smpp` and another Chappe. */
export interface ForeignRig {
  /** Where customers connect: `kannel` with the password `peer`, `node` and `perl` with `secret`. */
  readonly smppPort: number;
  readonly upstream: NodeSmppServer;
  readonly folder: string;
  /** A submit_sm to that number that came to npm's server, or will. */
  submitted(to: string): Promise<Pdu>;
  /** A message from a handset of npm's server; its response. */
  fromNode(from: string, to: string, text: string): Promise<Pdu>;
  /** A handset of the other Chappe. */
  handset(number: string): Phone;
  /** What npm's server was told other than ESME_ROK, and errors of its sessions: empty in a good run. */
  complaints(): readonly unknown[];
  /** Something to be ended before the gateway is. */
  onClose(end: () => Promise<unknown>): void;
  close(): Promise<void>;
}

/** Starts them all. */
export async function startForeignRig(): Promise<ForeignRig> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.reverse().splice(0)) await end();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'chappe-foreign-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const upstream = await NodeSmppServer.listen();
    ends.push(() => upstream.close());
    const chappe = await startChappe();
    ends.push(() => chappe.stop());
    const config = configuration(join(folder, 'data'), upstream.port, chappe.smppPort);
    const serving = await startServe(folder, config);
    ends.push(() => serving.stop());
    await upstream.requests.next('the bind', ({ command }) => command === 'bind_transceiver');
    return {
      smppPort: serving.smppPort,
      upstream,
      folder,
      submitted: (to) =>
        upstream.requests.next(
          `a message to ${to}`,
          ({ command, destination_addr }) => command === 'submit_sm' && destination_addr === to,
        ),
      fromNode: (from, to, text) =>
        upstream.request('deliver_sm', {
          source_addr_ton: 1,
          source_addr_npi: 1,
          source_addr: from,
          destination_addr: to,
          short_message: Buffer.from(text),
        }),
      handset: (number) => phone(chappe.httpUrl, number),
      complaints: () => [
        ...upstream.errors,
        ...upstream.responses.items.filter(({ command_status }) => command_status !== wire.ok),
      ],
      onClose: (end) => void ends.push(end),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

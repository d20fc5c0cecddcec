/** `chappe serve` as a process, in a folder of its own: with an operator that delivers all, and a customer `acme` who pays. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SmppServer } from '@chappe/smpp';
import { onTestFinished } from 'vitest';
import { type Running, spawnCli } from './run-cli.ts';

/** Of the one who runs it. */
export const adminKey = 'the-key-of-the-operator';

/** A gateway that listens. */
export interface Served extends Running {
  readonly smppPort: number;
  /** `http://HOST:PORT` */
  readonly api: string;
}

/** Listens until the test ends, and sends a receipt for each message: delivered. */
async function deliveringOperator(): Promise<{ readonly port: number; readonly texts: readonly string[] }> {
  const texts: string[] = [];
  const server = await SmppServer.listen({
    port: 0,
    authenticate: () => ({ accept: true }),
    operations: {
      submit_sm: (pdu, session) => {
        texts.push(Buffer.from(pdu.short_message).toString('latin1'));
        const message_id = `up-${texts.length}`;
        setImmediate(() => {
          const text = `id:${message_id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:`;
          session
            .request({
              command: 'deliver_sm',
              source_addr: pdu.destination_addr,
              destination_addr: pdu.source_addr,
              esm_class: 4,
              short_message: Buffer.from(text),
            })
            .catch(() => undefined);
        });
        return { message_id };
      },
    },
  });
  onTestFinished(() => server.close({ drainMs: 0 }));
  return { port: server.port, texts };
}

/** A folder with a configuration, which goes with the test. */
export class GatewayFolder {
  readonly path: string;
  /** What the operator was sent. */
  readonly texts: readonly string[];

  private constructor(path: string, texts: readonly string[]) {
    this.path = path;
    this.texts = texts;
  }

  static async make(): Promise<GatewayFolder> {
    const path = mkdtempSync(join(tmpdir(), 'chappe-folder-'));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    const { port, texts } = await deliveringOperator();
    const yaml = `drain: 1s
smpp: { listen: { port: 0 } }
http: { listen: 127.0.0.1:0 }
data: ./data
accounts: [{ systemId: acme, password: secret-1, credit: { mode: postpaid } }]
connectors: [{ name: op-a, host: 127.0.0.1, port: ${port}, systemId: us, reconnect: { min: 50ms, max: 200ms } }]
routes: [{ name: all, via: op-a, price: 0.01 }]
`;
    writeFileSync(join(path, 'chappe.yaml'), yaml);
    return new GatewayFolder(path, texts);
  }

  /** Where it stores. */
  get data(): string {
    return join(this.path, 'data');
  }

  /** Starts the gateway; it is killed when the test ends. */
  async serve(): Promise<Served> {
    const running = spawnCli(['serve', '--json', '-c', join(this.path, 'chappe.yaml')], {
      env: { CHAPPE_HTTP_ADMIN_KEY: adminKey },
    });
    onTestFinished(async () => {
      running.kill('SIGKILL');
      await running.ended;
    });
    const { smpp, http } = JSON.parse(await running.line('"pid"')) as {
      readonly [name: string]: { readonly port: number } | undefined;
    };
    return { ...running, smppPort: smpp?.port ?? 0, api: `http://127.0.0.1:${http?.port}` };
  }
}

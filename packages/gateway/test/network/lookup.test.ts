/** "Where is my message": by what an operator calls it, by connector, route and error, whatever became of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, type Store } from '@chappe/center';
import { status } from '@chappe/protocol';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { account, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

async function sqlite(): Promise<Store> {
  const path = await mkdtemp(join(tmpdir(), 'chappe-lookup-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return SqliteStore.open({ path });
}

describe.each([
  ['memory', () => Promise.resolve<Store>(new MemoryStore())],
  ['SQLite', sqlite],
] as const)('in %s', (_, openStore) => {
  /** Texts of what is found, the newest first. */
  async function found(query: string): Promise<string[]> {
    const texts: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await world.gateway.messages.search(query, { limit: 10, cursor });
      texts.push(...page.messages.map(({ text = '' }) => text));
      cursor = page.next;
    } while (cursor !== undefined);
    return texts;
  }

  it('messages are found by what is known of them', async () => {
    world = await World.start(
      {
        accounts: [account('acme')],
        connectors: ['op-a', 'op-b'],
        routes: [
          via(['op-b'], undefined, { name: 'de', to: ['49'] }),
          via(['op-a', 'op-b'], undefined, { name: 'uk route' }),
        ],
      },
      {},
      await openStore(),
    );
    const [a, b] = ['op-a', 'op-b'].map((name) => world.centre(name)) as [
      ReturnType<typeof world.centre>,
      ReturnType<typeof world.centre>,
    ];
    a.idOf = (count) => `00AB${count}`;
    b.idOf = (count) => `${1_000 + count}`;
    const esme = await world.esme();
    const submit = async (text: string, destination_addr = '447700900123'): Promise<string> => {
      let id: string | undefined;
      void esme.submit({ destination_addr, short_message: Buffer.from(text) }).then(({ message_id }) => {
        id = message_id;
      });
      await world.until(() => id !== undefined, 1);
      return id ?? '';
    };
    const sent = (count: number) => world.until(() => a.submitted.length + b.submitted.length >= count, 1);
    const delivered = await submit('delivered');
    await sent(1);
    await a.receipt(a.last);
    await submit('failed');
    await sent(2);
    await a.receipt(a.last, { stat: 'UNDELIV', err: '042' });
    await submit('under way');
    await sent(3);
    a.react = () => ({ status: status.ESME_RSYSERR });
    await submit('moved on');
    await sent(5);
    await submit('by the other', '491701234567');
    await sent(6);
    b.react = () => ({ status: status.ESME_RINVDSTADR });
    await submit('refused', '491701234567');
    await sent(7);
    await world.until(async () => (await found('is:failed')).length === 2, 10);

    for (const [query, texts] of [
      ['reference:00AB1', ['delivered']],
      ['reference:00ab1', ['delivered']],
      // A receipt may write it as a number.
      ['reference:2737', ['delivered']],
      ['reference:00AB2', ['failed']],
      ['reference:00AB3', ['under way']],
      ['reference:1001', ['moved on']],
      ['reference:1002', ['by the other']],
      ['reference:100', []],
      ['00AB1', ['delivered']],
      ['1002', ['by the other']],
      [delivered, ['delivered']],
      [`id:${delivered}`, ['delivered']],
      ['connector:op-b', ['refused', 'by the other', 'moved on']],
      ['connector:op-*', ['refused', 'by the other', 'moved on', 'under way', 'failed', 'delivered']],
      ['-connector:op-a', ['refused', 'by the other']],
      ['connector:op', []],
      ['connector:op-a connector:op-b', ['moved on']],
      ['route:de', ['refused', 'by the other']],
      ['route:"uk route"', ['moved on', 'under way', 'failed', 'delivered']],
      ['route:u*', ['moved on', 'under way', 'failed', 'delivered']],
      ['error:42', ['failed']],
      ['error:042', ['failed']],
      ['error:ESME_RINVDSTADR', ['refused']],
      ['error:esme_rinvdstadr', ['refused']],
      ['error:0x0b', ['refused']],
      ['error:11', ['refused']],
      ['error:ESME_RSYSERR connector:op-b', ['moved on']],
      ['error:7', []],
      ['reference:00AB3 state:delivered', []],
      ['"00AB1"', []],
    ] as const)
      expect([query, await found(query)]).toEqual([query, texts]);
  });
});

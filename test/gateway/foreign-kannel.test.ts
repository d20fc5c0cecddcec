import type { DecodedMessage } from 'smpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kannel, startKannel } from '../peers/kannel/kannel.ts';
import { type CallbackListener, callbackListener } from '../support/callbacks.ts';
import { canRun, program } from '../support/peer-programs.ts';
import { type ForeignRig, senders, startForeignRig, toChappe, toNode } from './foreign-rig.ts';

const hasKannel = canRun('Kannel as a customer of the gateway', [program('bearerbox'), program('smsbox')]);

describe.runIf(hasKannel)('Kannel as a customer of the gateway', () => {
  let kannel: Kannel;
  let callbacks: CallbackListener;
  let sent = 0;
  let rig: ForeignRig;
  beforeAll(async () => {
    rig = await startForeignRig();
    callbacks = await callbackListener();
    rig.onClose(() => callbacks.close());
    kannel = await startKannel({
      smppPort: rig.smppPort,
      folder: rig.folder,
      getUrl: `${callbacks.url}/mo?from=%p&to=%P&text=%b`,
    });
    rig.onClose(() => kannel.stop());
  });
  afterAll(() => rig?.close());

  /** Sends with all reports wanted; resolves with the kind of the report that ends it: 1 delivered, 2 failed. */
  async function send(to: string, text: string): Promise<string | null> {
    const path = `/dlr/${++sent}`;
    const dlrUrl = `${callbacks.url}${path}?type=%d&reply=%A`;
    const answer = await kannel.sendSms({ from: senders.kannel, to, text, dlrMask: 31, dlrUrl });
    expect(answer.status).toBe(202);
    const report = await callbacks.requests.next(
      `the last report on ${to}`,
      (request) => request.path === path && ['1', '2'].includes(request.query.get('type') ?? ''),
    );
    return report.query.get('type');
  }

  it('sends texts and long texts, and gets their receipts', async () => {
    expect(await send(`${toNode}00011`, 'hills and towers')).toBe('1');
    expect(((await rig.submitted(`${toNode}00011`)).short_message as DecodedMessage).message).toBe(
      'hills and towers',
    );
    expect(await send(`${toNode}00012`, 'undelivered')).toBe('2');
    const text = Array.from({ length: 60 }, (_, at) => `${at}[€]|`).join(' ');
    const to = `${toChappe}00013`;
    expect(await send(to, text)).toBe('1');
    expect((await rig.handset(to).received('the long text', () => true)).text).toBe(text);
  });

  it('gets messages from handsets, the long one too', async () => {
    const incoming = (from: string) =>
      callbacks.requests.next(
        `a message from ${from}`,
        ({ path, query }) => path === '/mo' && query.get('from')?.endsWith(from) === true,
      );
    await rig.fromNode(`${toNode}00014`, senders.kannel, 'from npm');
    expect((await incoming(`${toNode}00014`)).query.get('text')).toBe('from npm');
    const text = Array.from({ length: 60 }, (_, at) => `part ${at} of it`).join(', ');
    await rig.handset(`${toChappe}00014`).send(senders.kannel, text);
    expect((await incoming(`${toChappe}00014`)).query.get('text')).toBe(text);
  });

  it('gives its upstream nothing to complain about', () => {
    expect(rig.complaints()).toEqual([]);
  });
});

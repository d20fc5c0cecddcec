/** A webhook at the end of its lane, whose receiver is played by the test. */
import { Center, type Draft, MemoryStore, type Message } from '@chappe/center';
import type { WebhookSettings } from '@chappe/policy';
import { webhookLane } from '../../src/lanes/lanes.ts';
import { writeContent } from '../../src/message/content.ts';
import type { HookNotice } from '../../src/webhooks/health.ts';
import type { HookAnswer, HookClient, HookPost } from '../../src/webhooks/http-client.ts';
import { WebhookConnector } from '../../src/webhooks/webhook-connector.ts';
import { SimulatedClock, settled, start } from '../rig.ts';

/** A secret of 32 octets. */
export function secretOf(octet: number): string {
  return `whsec_${Buffer.alloc(32, octet).toString('base64')}`;
}

/** Answers as it is told; undefined: not yet. */
export class PlayedReceiver implements HookClient {
  status: number | undefined = 204;
  readonly posts: HookPost[] = [];
  readonly #open: ((answer: HookAnswer) => void)[] = [];

  post(post: HookPost, done: (answer: HookAnswer) => void): void {
    this.posts.push(post);
    if (this.status === undefined) this.#open.push(done);
    else {
      const answer = {
        kind: 'answered',
        status: this.status,
        retryAfter: undefined,
        beginning: 'noted',
      } as const;
      queueMicrotask(() => done(answer));
    }
  }

  /** Answers all that are open. */
  answer(status: number): void {
    for (const done of this.#open.splice(0)) done({ kind: 'answered', status, retryAfter: undefined });
  }

  get open(): number {
    return this.#open.length;
  }

  close(): void {
    for (const done of this.#open.splice(0)) done({ kind: 'failed', reason: 'the gateway is stopping' });
  }
}

export interface HookBench {
  readonly center: Center;
  readonly clock: SimulatedClock;
  readonly receiver: PlayedReceiver;
  readonly hook: WebhookConnector;
  readonly notices: HookNotice[];
  submit(count: number): Promise<readonly Message[]>;
}

/** All of it. */
export async function hookBench(overrides: Partial<WebhookSettings> = {}): Promise<HookBench> {
  const clock = new SimulatedClock();
  const center = new Center({
    store: new MemoryStore(),
    clock,
    random: () => 0.5,
    limits: { sweepMs: 600_000 },
  });
  await center.start();
  const receiver = new PlayedReceiver();
  const notices: HookNotice[] = [];
  const settings = { name: 'crm', url: 'https://example.com/hook', secret: secretOf(7), ...overrides };
  const hook = new WebhookConnector(settings, {
    clock,
    client: receiver,
    tell: (notice) => `told-${notices.push(notice)}`,
  });
  center.attach(webhookLane('crm'), hook);
  const submit = async (count: number): Promise<readonly Message[]> => {
    const messages = await center.submitAll(
      Array.from({ length: count }, (_, index) => draft(`Text ${index}`)),
    );
    await settled();
    return messages;
  };
  return { center, clock, receiver, hook, notices, submit };
}

/** A message from a handset on its way to a webhook. */
export function draft(text: string, lane: string = webhookLane('crm')): Draft {
  return {
    kind: 'mo',
    account: '',
    lane,
    source: { ton: 1, npi: 1, digits: '447700900123' },
    destination: { ton: 3, npi: 1, digits: '60100' },
    content: writeContent({
      shape: 'submit',
      esmClass: 0,
      protocolId: 0,
      dataCoding: 0,
      registeredDelivery: 0,
      inPayloadTlv: false,
      payload: text,
    }),
    text,
    expiresMs: start + 72 * 3_600_000,
    origin: { connector: 'op-a', group: 'op-a', pieces: undefined },
    detail: 'deliver_sm=1 rule=hook',
  };
}

/** The ways out of callbacks: one for each account, so that a slow receiver holds up no other account's calls. */
import type { Center, Message, Recovery } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import { isCallbackLane } from '../lanes/lanes.ts';
import { readContent } from '../message/content.ts';
import { type HookPost, HttpHookClient } from '../webhooks/http-client.ts';
import { HttpConnector } from '../webhooks/http-connector.ts';

/** What is said about callbacks when a gateway is started. */
export interface CallbackOptions {
  /** URLs may lead to this machine and to private networks. Default false. */
  readonly allowPrivate?: boolean | undefined;
}

// As a webhook has them when it does not say.
const timeoutMs = 15_000;
const concurrency = 10;
const headers = Object.freeze({ 'user-agent': 'chappe' });

/** All of them. */
export class Callbacks {
  readonly allowPrivate: boolean;
  readonly #center: Center;
  readonly #clock: Clock;
  /** By lane. */
  readonly #connectors = new Map<string, HttpConnector>();
  #isStopped = false;

  constructor(center: Center, clock: Clock, { allowPrivate = false }: CallbackOptions = {}) {
    this.#center = center;
    this.#clock = clock;
    this.allowPrivate = allowPrivate;
  }

  /** Makes ways out for what waited when the store was opened. */
  restore({ waiting }: Recovery): void {
    for (const { lane } of waiting) this.onStored(lane);
  }

  /** A receipt or notice is on disk: where it is a callback, it needs a way out. */
  onStored(lane: string): void {
    if (isCallbackLane(lane) && !this.#connectors.has(lane) && !this.#isStopped) this.#attach(lane);
  }

  /** Gives up what is under way, which waits on disk for the next start. */
  stop(): void {
    this.#isStopped = true;
    for (const connector of this.#connectors.values()) connector.stop();
  }

  #attach(lane: string): void {
    const client = new HttpHookClient({ clock: this.#clock, concurrency, allowPrivate: this.allowPrivate });
    const connector = new HttpConnector({
      name: lane,
      clock: this.#clock,
      client,
      concurrency,
      requestOf: callOf,
    });
    this.#connectors.set(lane, connector);
    this.#center.attach(lane, connector);
  }
}

function callOf({ content }: Message): HookPost | string {
  const { callback } = readContent(content);
  // Escapes are filled in by now: what they brought may have made it unreadable.
  if (callback === undefined || !URL.canParse(callback)) return 'the URL cannot be read';
  return { method: 'GET', url: new URL(callback), headers, body: '', timeoutMs };
}

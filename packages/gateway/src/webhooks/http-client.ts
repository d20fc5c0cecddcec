/** Posts to one webhook over HTTP or HTTPS: connections of its own, guarded addresses, no redirects, bounded answers. */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Clock } from '@chappe/smpp';
import { guardedLookup, type Resolve, urlRefusal } from './guard.ts';

/** One request. */
export interface HookPost {
  /** Default POST. A GET has an empty body. */
  readonly method?: 'GET' | 'POST' | undefined;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the call to the end of the answer. */
  readonly timeoutMs: number;
}

/** What came of it. `failed`: nobody answered, or it was not sent at all. */
export type HookAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The header, if there was one. */
      readonly retryAfter: string | undefined;
      /** The first octets of what it says, for people; as far as it was kept. */
      readonly beginning?: string | undefined;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** Posts. `done` is called once for each, never before `post` returns. */
export interface HookClient {
  post(request: HookPost, done: (answer: HookAnswer) => void): void;
  /** Breaks everything off; what is under way ends as `failed`. */
  close(): void;
}

/** What a client is made of. */
export interface HttpClientOptions {
  readonly clock: Clock;
  /** Connections at once. */
  readonly concurrency: number;
  /** Addresses of this machine and of private networks may be called. */
  readonly allowPrivate: boolean;
  /** Default: that of the system. */
  readonly resolve?: Resolve | undefined;
}

// Nobody reads what a hook answers; so much is taken so that its connection can be used again.
const maxAnswerOctets = 65_536;
// Most servers close idle connections after 5 s or more: ours are closed before, and seldom meet one that is closing.
const idleMs = 4_000;
const maxReasonCharacters = 120;
const maxBeginningOctets = 256;

/** The client of one webhook: nothing of it is shared with other hooks. */
export class HttpHookClient implements HookClient {
  readonly #clock: Clock;
  readonly #allowPrivate: boolean;
  readonly #lookup: LookupFunction;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #underWay = new Set<ClientRequest>();
  #isClosed = false;

  constructor(options: HttpClientOptions) {
    this.#clock = options.clock;
    this.#allowPrivate = options.allowPrivate;
    this.#lookup = guardedLookup(options.allowPrivate, options.resolve);
    const { concurrency } = options;
    const agent = { keepAlive: true, maxSockets: concurrency, maxFreeSockets: concurrency, timeout: idleMs };
    this.#http = new HttpAgent(agent);
    this.#https = new HttpsAgent(agent);
  }

  post(post: HookPost, done: (answer: HookAnswer) => void): void {
    // Sockets do not look up what is an address already, so that is checked here.
    const refusal = urlRefusal(post.url, this.#allowPrivate);
    if (refusal === undefined) this.#begin(post, done);
    else queueMicrotask(() => done({ kind: 'failed', reason: refusal }));
  }

  close(): void {
    this.#isClosed = true;
    for (const request of this.#underWay) request.destroy(new Error('the gateway is stopping'));
    this.#http.destroy();
    this.#https.destroy();
  }

  #begin(post: HookPost, done: (answer: HookAnswer) => void): void {
    let current: ClientRequest | undefined;
    let isOver = false;
    const disarm = this.#clock.setTimer(() => {
      isOver = true;
      current?.destroy(new Error(`no answer within ${post.timeoutMs} ms`));
    }, post.timeoutMs);
    const end = (answer: HookAnswer): void => {
      disarm();
      done(answer);
    };
    current = this.#send(post, (answer, request) => {
      const mayRepeat = answer.kind === 'failed' && request.reusedSocket && !isOver && !this.#isClosed;
      if (!mayRepeat) {
        end(answer);
        return;
      }
      // Most likely the other end closed an idle connection just when it was used again: once more by a new one.
      current = this.#send(post, end);
    });
  }

  #send(post: HookPost, done: (answer: HookAnswer, request: ClientRequest) => void): ClientRequest {
    const isSecure = post.url.protocol === 'https:';
    const request = (isSecure ? httpsRequest : httpRequest)(post.url, {
      method: post.method ?? 'POST',
      headers: post.headers,
      agent: isSecure ? this.#https : this.#http,
      lookup: this.#lookup,
    });
    this.#underWay.add(request);
    let response: IncomingMessage | undefined;
    let failure: Error | undefined;
    const beginning: Uint8Array[] = [];
    request.on('response', (incoming) => {
      response = incoming;
      drain(incoming, beginning);
    });
    request.on('error', (error) => {
      failure ??= error;
    });
    // The one event that comes last and always.
    request.on('close', () => {
      this.#underWay.delete(request);
      done(answerOf(response, failure, beginning), request);
    });
    request.end(post.body);
    return request;
  }
}

/** Takes the answer in and throws it away but for its beginning, no more than so much of it. */
function drain(response: IncomingMessage, beginning: Uint8Array[]): void {
  let octets = 0;
  // Broken off after its head: the status is known all the same.
  response.on('error', () => undefined);
  response.on('data', (chunk: Uint8Array) => {
    // Copied: the octets of the whole chunk need not stay for it.
    if (octets < maxBeginningOctets) beginning.push(chunk.slice(0, maxBeginningOctets - octets));
    octets += chunk.length;
    if (octets > maxAnswerOctets) response.destroy();
  });
}

function answerOf(
  response: IncomingMessage | undefined,
  failure: Error | undefined,
  beginning: readonly Uint8Array[],
): HookAnswer {
  if (response?.statusCode !== undefined) {
    return {
      kind: 'answered',
      status: response.statusCode,
      retryAfter: response.headers['retry-after'],
      beginning: Buffer.concat(beginning).toString(),
    };
  }
  const reason = failure?.message ?? 'the connection was closed without an answer';
  return { kind: 'failed', reason: reason.slice(0, maxReasonCharacters) };
}

import type { Version } from '@chappe/protocol';
import type { Clock, Random } from '../clock.ts';
import { messageIdCharactersMax } from '../core/versions.ts';
import type { Guard } from '../guard.ts';
import type { ServerSession } from './server-session.ts';

function hexadecimal(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** The ids of submitted messages: the user's, or 16 hexadecimal digits that no other start of a server has had. */
export class MessageIds {
  readonly #guard: Guard;
  readonly #given: ((session: ServerSession) => string) | undefined;
  readonly #start: string;
  #count: number;

  constructor(
    given: ((session: ServerSession) => string) | undefined,
    clock: Clock,
    random: Random,
    guard: Guard,
  ) {
    this.#given = given;
    this.#guard = guard;
    this.#start = hexadecimal(Math.floor(clock.nowMs() / 1_000));
    this.#count = Math.floor(random() * 0x1_0000_0000);
  }

  /** Another one; undefined where the user's function fails, and `onError` has heard why. */
  next(session: ServerSession): string | undefined {
    const given = this.#given;
    if (given === undefined) return this.#own(session.version);
    let answer: { readonly id: unknown } | undefined;
    const id: unknown = this.#guard.ask(() => {
      answer = { id: given(session) };
      return answer.id;
    }, 'nextMessageId');
    // It threw, or gave a promise: that was told.
    if (answer === undefined || answer.id !== id) return undefined;
    const most = messageIdCharactersMax(session.version);
    if (typeof id === 'string' && /^[!-~]+$/.test(id) && id.length <= most) return id;
    const takes = `1 to ${most} characters of ASCII without blanks`;
    this.#guard.report(
      new TypeError(`nextMessageId returned ${String(id)}: this peer takes ${takes}`),
      'nextMessageId',
    );
    return undefined;
  }

  #own(version: Version): string {
    this.#count++;
    const number = hexadecimal(this.#count);
    return version === 0x33 ? number : this.#start + number;
  }
}

/** The way out for broadcasts: every handset that this centre has met shows the text. */
import type { Connector, Message, Outcome } from '@chappe/center';
import { readContent, repetitionOf } from '@chappe/gateway';
import type { Clock } from '@chappe/smpp';
import type { Handsets } from './handsets.ts';

// Shown at once, in one turn: more would hold up everybody else's messages.
const maxHandsets = 10_000;
// Broadcasts in one go; each may reach all handsets.
const atOnce = 10;

/** Delivers broadcasts. */
export class BroadcastConnector implements Connector {
  readonly #handsets: Handsets;
  readonly #clock: Clock;
  ready: (() => void) | undefined;

  constructor(handsets: Handsets, clock: Clock) {
    this.#handsets = handsets;
    this.#clock = clock;
  }

  capacity(): number {
    return atOnce;
  }

  /** Shows each broadcast on the handsets that are on. */
  deliver(messages: readonly Message[], report: (message: Message, outcome: Outcome) => void): void {
    const wallMs = this.#clock.nowMs();
    for (const message of messages) {
      let reached = 0;
      for (const msisdn of this.#handsets.known().slice(-maxHandsets)) {
        if (this.#handsets.state(msisdn) !== 'on') continue;
        this.#handsets.show(msisdn, message, wallMs);
        reached += 1;
      }
      report(message, nextOf(message, wallMs, reached));
    }
  }
}

/** It goes out again after its interval, as often as it asks for and as long as it is valid. */
function nextOf(message: Message, nowMs: number, reached: number): Outcome {
  const { times, intervalMs } = repetitionOf(readContent(message.content).tlvs);
  const done = message.attempts + 1;
  const detail = times === 1 ? `handsets=${reached}` : `handsets=${reached} broadcast=${done}/${times}`;
  // Held up for a moment, it keeps its rhythm; for longer, it does not make up for what it missed.
  const lateMs = nowMs - message.dueMs;
  const afterMs = lateMs < intervalMs / 2 ? intervalMs - Math.max(0, lateMs) : intervalMs;
  if (done >= times || nowMs + afterMs >= message.expiresMs) return { kind: 'delivered', detail };
  return { kind: 'again', afterMs, detail };
}

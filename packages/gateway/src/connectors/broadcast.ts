/** The way out for broadcasts: every handset that this centre has met shows the text. */
import type { Connector, Message, Outcome } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import type { Handsets } from '../sandbox/handsets.ts';

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
      report(message, { kind: 'delivered', detail: `handsets=${reached}` });
    }
  }
}

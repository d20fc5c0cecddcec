/** The end of messages that a route or a filter lets disappear: accepted, stored, and over at once. */
import type { Connector, Message, Outcome, Report } from '@chappe/center';

const skipped: Outcome = { kind: 'failed', state: 'skipped', error: 0, detail: 'dropped by rule' };
// They only change their state: as many as one commit takes.
const atOnce = 1_000;

/** Ends messages in state `skipped`. */
export class DroppedConnector implements Connector {
  ready: (() => void) | undefined;

  capacity(): number {
    return atOnce;
  }

  deliver(messages: readonly Message[], report: Report): void {
    for (const message of messages) report(message, skipped);
  }
}

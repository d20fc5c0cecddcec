import { type Pdu, type PduInput, tlv, type Version } from '@chappe/protocol';
import type { BindPdu } from './events.ts';
import type { SessionOptions } from './options.ts';
import { redacted } from './redact.ts';
import { commandRules, type SessionState } from './states.ts';
import type { Timers } from './timers.ts';
import { versionOfBind, versionOfBindResponse } from './versions.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** What the two ends agree on by the bind: who is bound, as what, and in which version. */
export class Binding {
  /** The effective version; before the bind, the newest that we speak. */
  version: Version;
  /** ESME: the number of our last bind; 0 before. */
  requestSequence = 0;
  /** ESME: what the MC calls itself in its answer; empty before. */
  peerSystemId = '';
  readonly #options: SessionOptions;
  readonly #timers: Timers;
  #bind: BindPdu | undefined;
  #isPending = false;
  #wasMade = false;
  #initLeftMs = NEVER;

  constructor(options: SessionOptions, timers: Timers) {
    this.#options = options;
    this.#timers = timers;
    this.version = options.version;
  }

  /** The bind, its password masked; undefined before and after a refusal. */
  get bind(): BindPdu | undefined {
    return this.#bind;
  }

  /** MC: whether a bind of the peer awaits our answer. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** Whether a bind has succeeded. */
  get wasMade(): boolean {
    return this.#wasMade;
  }

  /** MC: the peer asks to bind. While we look at it the wait is ours, not the peer's. */
  asked(pdu: BindPdu, nowMs: number): void {
    this.#isPending = true;
    this.#bind = redacted(pdu);
    this.#initLeftMs = this.#timers.sessionInit - nowMs;
    this.#timers.sessionInit = NEVER;
    this.version = versionOfBind(pdu.interface_version, this.#options.version);
  }

  /** MC: our answer as it is to be sent. 3.3 peers know no TLVs, so they are not told the version. */
  answer(pdu: PduInput): PduInput {
    const isTold = (pdu.command_status ?? 0) === 0 && this.version > 0x33;
    return isTold ? ({ ...pdu, tlvs: { sc_interface_version: this.version } } as PduInput) : pdu;
  }

  /** MC: our answer was sent. The state that the session enters; undefined after a refusal. */
  answered(isAccepted: boolean, nowMs: number): SessionState | undefined {
    this.#isPending = false;
    if (isAccepted) return this.#made();
    // SMPP 3.4 2.2: the session stays open, the ESME may try again in what is left of the session init time.
    this.#bind = undefined;
    this.version = this.#options.version;
    this.#timers.sessionInit = nowMs + this.#initLeftMs;
    return undefined;
  }

  /** ESME: we have asked to bind, under this number. */
  requested(pdu: BindPdu, sequence: number): void {
    this.#bind = redacted(pdu);
    this.requestSequence = sequence;
  }

  /** ESME: the answer has come. The state that the session enters; undefined when we were refused. */
  heard(response: Pdu): SessionState | undefined {
    const bind = this.#bind;
    if (bind === undefined || response.command_status !== 0) return undefined;
    if ('system_id' in response) this.peerSystemId = String(response.system_id);
    const asked = versionOfBind(bind.interface_version ?? 0, this.#options.version);
    const answered = tlv(response, 'sc_interface_version');
    this.version = versionOfBindResponse(answered, asked, this.#options.assumeVersion);
    return this.#made();
  }

  #made(): SessionState | undefined {
    this.#wasMade = true;
    return this.#bind && commandRules[this.#bind.command].next;
  }
}

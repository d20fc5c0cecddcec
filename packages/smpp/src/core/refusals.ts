import {
  type FramingError,
  isRequest,
  type MalformedPdu,
  type Pdu,
  type PduInput,
  status,
  type UnknownPdu,
} from '@chappe/protocol';
import type { Notice, SessionCounters } from './events.ts';
import { responseTo } from './exchange.ts';
import type { Outbound } from './outbound.ts';
import type { Permissions, Verdict } from './states.ts';

/** Bit 31 of command_id tells responses from requests (SMPP 3.4 5.1.2.1). */
const RESPONSE_BIT = 0x8000_0000;

/** Answers what cannot be taken (SMPP 5.0 2.8): own response where one can be chosen, generic_nack otherwise. */
export class Refusals {
  readonly #out: Outbound;
  readonly #counters: SessionCounters;

  constructor(out: Outbound, counters: SessionCounters) {
    this.#out = out;
    this.#counters = counters;
  }

  /** Answers with a status and nothing else. */
  answer(sequence: number, command: string, command_status: number): void {
    this.#out.write({ command, command_status } as PduInput, sequence);
  }

  /** A PDU that is not in place. */
  misplaced(pdu: Pdu, verdict: Verdict): Notice {
    this.#counters.refused++;
    const answered = verdict === 'drop' ? undefined : responseTo(pdu.command);
    const answeredStatus = verdict === 'drop' ? 0 : verdict;
    if (answered !== undefined) this.answer(pdu.sequence_number, answered, answeredStatus);
    return { what: 'refused', pdu, status: answeredStatus };
  }

  /** A PDU whose body cannot be read. That it is out of place says more than what is wrong with it. */
  malformed(pdu: MalformedPdu, permissions: Permissions): Notice {
    this.#counters.refused++;
    const { name, sequence_number, error } = pdu;
    if (name !== undefined && isRequest(name)) {
      const verdict = permissions.take[name];
      const isMisplaced = typeof verdict === 'number' && verdict !== 0;
      this.answer(sequence_number, responseTo(name)!, isMisplaced ? verdict : error.status);
    } else if (name === undefined && pdu.command_id < RESPONSE_BIT) {
      this.answer(sequence_number, 'generic_nack', error.status);
    }
    return { what: 'malformed', pdu };
  }

  /** A command_id that nobody knows. A response is never answered: two peers could do so for ever. */
  unknown(pdu: UnknownPdu): Notice {
    this.#counters.refused++;
    if (pdu.command_id < RESPONSE_BIT) {
      this.answer(pdu.sequence_number, 'generic_nack', status.ESME_RINVCMDID);
    }
    return { what: 'unknown_command', pdu };
  }

  /** Octets that are no SMPP: where a PDU ends can no longer be told (SMPP 5.0 2.8.1). */
  framing(error: FramingError): Notice {
    this.#counters.refused++;
    this.answer(error.sequence_number, 'generic_nack', error.status);
    return { what: 'framing_error', error };
  }

  /** A response that answers nothing of ours. */
  stray(pdu: Pdu): Notice {
    this.#counters.strayResponses++;
    return { what: 'stray_response', pdu };
  }
}

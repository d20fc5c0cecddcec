import type { CStringField, ElementField } from '../definitions/schema.ts';
import { status } from '../definitions/statuses.ts';
import { readLatin1 } from './latin1.ts';

/** What to answer when a field cannot be read (SMPP 3.4 5.1.3). Other fields: ESME_RINVCMDLEN. */
const fieldStatus: { readonly [field: string]: number } = {
  service_type: status.ESME_RINVSERTYP,
  source_addr: status.ESME_RINVSRCADR,
  destination_addr: status.ESME_RINVDSTADR,
  schedule_delivery_time: status.ESME_RINVSCHED,
  validity_period: status.ESME_RINVEXPIRY,
  message_id: status.ESME_RINVMSGID,
  system_id: status.ESME_RINVSYSID,
  password: status.ESME_RINVPASWD,
  system_type: status.ESME_RINVSYSTYP,
  dl_name: status.ESME_RINVDLNAME,
  dest_flag: status.ESME_RINVDESTFLAG,
  short_message: status.ESME_RINVMSGLEN,
};

/** Why reading stopped. */
export interface ReadFailure {
  readonly status: number;
  readonly field: string | undefined;
  readonly offset: number;
  readonly reason: string;
}

/**
 * A cursor over the body of one PDU. It never throws: the first problem that tolerance does not cover is kept in
 * `failure` and every later read gives an empty value.
 */
export class BodyReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly flags: string[];
  /** Whether deviations are tolerated at all. */
  readonly lenient: boolean;
  /** Whether the PDU may end early: a response has already been waited for, so anything usable counts. */
  readonly mayEndEarly: boolean;
  readonly maxFieldOctets: number;
  offset: number;
  failure: ReadFailure | undefined;
  /** The PDU ended early and the rest of its fields are empty. */
  truncated = false;

  constructor(
    bytes: Uint8Array,
    offset: number,
    end: number,
    flags: string[],
    options: { readonly lenient: boolean; readonly isResponse: boolean; readonly maxFieldOctets: number },
  ) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
    this.flags = flags;
    this.lenient = options.lenient;
    this.mayEndEarly = options.lenient && options.isResponse;
    this.maxFieldOctets = options.maxFieldOctets;
  }

  /** Keeps the first failure; `statusCode` defaults to what the field asks for. */
  fail(
    field: string,
    reason: string,
    statusCode: number = fieldStatus[field] ?? status.ESME_RINVCMDLEN,
  ): void {
    this.failure ??= { status: statusCode, field, offset: this.offset, reason };
  }

  /** The octets end within `field`: tolerated in a response, else a failure with `statusCode`. */
  #endIn(field: string, reason = `end in ${field}`, statusCode = status.ESME_RINVCMDLEN): void {
    if (!this.mayEndEarly) {
      this.fail(field, reason, statusCode);
      return;
    }
    if (!this.truncated) this.flags.push(`truncated:${field}`);
    this.truncated = true;
    this.offset = this.end;
  }

  /** An unsigned integer of `size` octets. */
  integer(field: string, size: number): number {
    if (this.failure !== undefined) return 0;
    if (this.offset + size > this.end) {
      this.#endIn(field);
      return 0;
    }
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.bytes[this.offset + i]!;
    this.offset += size;
    return value;
  }

  /** A C-octet string. `isLast`: nothing mandatory follows, so that its NUL may be missing. */
  cString(field: string, definition: CStringField, isLast: boolean): string {
    if (this.failure !== undefined) return '';
    const start = this.offset;
    if (start >= this.end) {
      this.#endIn(field);
      return '';
    }
    let nul = start;
    while (nul < this.end && this.bytes[nul] !== 0) nul++;
    const octets = nul + 1 - start;
    if (octets > Math.max(definition.max, this.maxFieldOctets)) {
      this.fail(field, `${field} has ${octets} octets`);
      return '';
    }
    if (nul === this.end) {
      if (!(this.mayEndEarly || (this.lenient && isLast))) {
        this.fail(field, `no NUL in ${field}`);
        return '';
      }
      this.flags.push(`missing_nul:${field}`);
    }
    if (octets > definition.max) this.flags.push(`oversize:${field}:${octets}>${definition.max}`);
    this.offset = Math.min(nul + 1, this.end);
    return readLatin1(this.bytes, start, nul);
  }

  /** `count` raw octets, as a view. */
  octets(field: string, count: number): Uint8Array {
    if (this.failure !== undefined) return this.bytes.subarray(this.offset, this.offset);
    const start = this.offset;
    if (start + count > this.end) {
      this.#endIn(field, `${field} overruns`, status.ESME_RINVMSGLEN);
      return this.bytes.subarray(start, this.failure === undefined ? this.end : start);
    }
    this.offset = start + count;
    return this.bytes.subarray(start, this.offset);
  }

  /** A field of an array element. */
  element(field: string, definition: ElementField, isLast: boolean): number | string {
    return definition.type === 'integer'
      ? this.integer(field, definition.size)
      : this.cString(field, definition, isLast);
  }
}

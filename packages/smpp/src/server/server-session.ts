import type { TlvTable, Version } from '@chappe/protocol';
import { withCaller } from '../caller.ts';
import type { SessionCore } from '../core/session-core.ts';
import type { NoTlvs } from '../core/vendor-tlvs.ts';
import { SmppAbortError, SmppError, SmppStatusError } from '../errors.ts';
import { textSettings } from '../messages/checks.ts';
import type { References, TextSettings } from '../messages/content.ts';
import { type Outlet, Sending } from '../messages/sending.ts';
import type { SessionLoop } from '../session/loop.ts';
import { checkWaitOptions, type RequestOptions } from '../session/request-options.ts';
import { Session, type SessionOwner } from '../session/session.ts';
import type { Transport } from '../transport/transport.ts';
import { composeDelivery, composeReceipt } from './compose-delivery.ts';
import type { Delivered, DeliverInput, ReceiptInput } from './deliver-input.ts';

/** What a session has of its server. */
export interface ServerShare {
  readonly loop: SessionLoop;
  readonly owner: SessionOwner;
  readonly text: TextSettings;
  /** One source for all sessions: an ESME may join segments that come over several of its binds. */
  readonly references: References;
}

const nobody = { onTaken: (): void => undefined, onOver: (): void => undefined };

/** The session of an ESME at a server. `T`: TLVs of a vendor, by the `codec` of the server's options. */
export class ServerSession<T extends TlvTable = NoTlvs> extends Session {
  readonly #share: ServerShare;
  #text: TextSettings;

  /** @internal */
  constructor(id: number, core: SessionCore, transport: Transport, share: ServerShare) {
    super(id, core, transport, share.loop, share.owner);
    this.#share = share;
    this.#text = share.text;
  }

  /**
   * How `deliver` codes and cuts texts here: the `text` of the server's options, or what `authenticate` has said for this
   * ESME. May be changed at any time; throws `SmppError` (`CHAPPE_SMPP_OPTION`) for what are no settings.
   */
  get text(): TextSettings {
    return this.#text;
  }

  set text(settings: TextSettings) {
    textSettings(settings, 'text');
    this.#text = settings;
  }

  /**
   * Delivers a message from a handset: codes its text, cuts it into segments, sends each in a deliver_sm on this session,
   * and settles once all are taken. Rejects with `SmppStatusError` when one is refused, as `request` otherwise
   * (`CHAPPE_SMPP_STATE`: the ESME is bound as transmitter; `CHAPPE_SMPP_VERSION`: SAR TLVs or message_payload to a 3.3
   * peer), and with `ContentError` for what cannot be sent. The error of a message of several segments says by `segments`
   * what became of each; those that had not left are not sent any more.
   */
  async deliver(message: DeliverInput<T>, options: RequestOptions = {}): Promise<Delivered> {
    checkWaitOptions(options);
    const { references } = this.#share;
    const reference = references.current(this.#text.longMessage);
    const composed = composeDelivery(message as unknown as DeliverInput, reference, this.#text);
    this.#checkWay(options.signal);
    const { pdus, coding, replaced } = composed;
    if (pdus.length > 1) references.spend();
    const outlet: Outlet = {
      submit: (pdu, done, timeoutMs) => this.send(pdu, done, timeoutMs),
      cancel: (takeBack) => (takeBack as () => boolean)(),
    };
    try {
      await new Sending(outlet, pdus.length, nobody).run(pdus, options);
    } catch (error) {
      throw withCaller(error);
    }
    return { segments: pdus.length, coding, replaced };
  }

  /**
   * Sends the receipt of a message that this ESME has submitted, or an intermediate notification: as a text in the form of
   * SMPP 3.4 appendix B, and in TLVs, which 3.3 peers do not get. Settles once it is taken; rejects as `deliver`.
   */
  async sendReceipt(receipt: ReceiptInput<T>, options: RequestOptions = {}): Promise<void> {
    checkWaitOptions(options);
    const { clock } = this.#share.loop;
    const version: Version = this.version;
    const pdu = composeReceipt(receipt as unknown as ReceiptInput, version, clock.nowMs());
    this.#checkWay(options.signal);
    const { command, command_status } = await this.request(pdu, options);
    if (command_status !== 0) throw new SmppStatusError(command, command_status);
  }

  #checkWay(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw new SmppAbortError(signal, false);
    if (this.kind !== 'transmitter') return;
    const remedy = 'it is to bind as transceiver, or as receiver beside it';
    throw new SmppError('CHAPPE_SMPP_STATE', `a transmitter may not be sent deliver_sm: ${remedy}`);
  }
}

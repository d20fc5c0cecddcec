/** Where ESMEs arrive: binds are let in, their requests find their operation, their receiving binds their lane. */

import type { Accounts, BindMemory } from '@chappe/policy';
import { authenticator, type BindRefusal, type BindRefusalReason } from '@chappe/policy';
import {
  addressKey,
  type Certificates,
  type Clock,
  type Notice,
  type Operations,
  type ServerLimits,
  type ServerTls,
  type Session,
  SmppServer,
  systemClock,
} from '@chappe/smpp';
import { type CertificateEnd, certificateEndMs } from '../observation/certificates.ts';
import { type PeerFault, peerFaultOf } from '../observation/peer-faults.ts';
import { broadcastSm } from './broadcast-sm.ts';
import { cancelBroadcastSm } from './cancel-broadcast-sm.ts';
import { cancelSm } from './cancel-sm.ts';
import { dataSm } from './data-sm.ts';
import type { Ingress } from './ingress.ts';
import { noteRefused, noting } from './noting.ts';
import { paramRetrieve } from './param-retrieve.ts';
import { queryBroadcastSm } from './query-broadcast-sm.ts';
import { queryLastMsgs } from './query-last-msgs.ts';
import { queryMsgDetails } from './query-msg-details.ts';
import { querySm } from './query-sm.ts';
import { replaceSm } from './replace-sm.ts';
import { submitMulti } from './submit-multi.ts';
import { submitSm } from './submit-sm.ts';

/** Where ESMEs connect. */
export interface SmppListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 2775; 0 takes any free port. */
  readonly port?: number | undefined;
  /** True: nothing listens here, only by TLS and further listeners. Default false. */
  readonly isClosed?: boolean | undefined;
  /** Our system_id in bind responses. Default `chappe`. */
  readonly systemId?: string | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
  /** Networks whose connections begin with a PROXY header. */
  readonly proxyProtocol?: { readonly trusted: readonly string[] } | undefined;
}

/** Where ESMEs connect by TLS. */
export interface TlsListenOptions extends ServerTls {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 3550 (IANA smpp-tls); 0 takes any free port. */
  readonly port?: number | undefined;
}

/** One more listener. */
export interface ListenOptions {
  readonly host?: string | undefined;
  readonly port: number;
  readonly tls?: ServerTls | undefined;
  readonly proxyProtocol?: { readonly trusted: readonly string[] } | undefined;
}

/** What listeners are made of. */
export interface ListenersOptions {
  readonly smpp?: SmppListenOptions | undefined;
  readonly tls?: TlsListenOptions | undefined;
  /** Further listeners. */
  readonly listeners?: readonly ListenOptions[] | undefined;
  /** Default: that of this machine. */
  readonly clock?: Clock | undefined;
  /** Hears of failures that no caller hears of. Default: nobody does. */
  readonly onError?: ((error: unknown, where: string) => void) | undefined;
  /** Hears of what peers do wrong. As often as they do it: whoever writes it down must limit it. */
  readonly onPeerFault?: ((fault: PeerFault) => void) | undefined;
  /** Hears of binds that were refused. As often as they are: whoever writes it down must limit it. */
  readonly onBindRefused?: ((refusal: BindRefusal) => void) | undefined;
}

/** The table of operations: what an ESME may ask for, and which file answers. */
export function operationsOf(ingress: Ingress): Operations {
  return {
    submit_sm: noting(submitSm, ingress),
    submit_multi: noting(submitMulti, ingress),
    data_sm: noting(dataSm, ingress),
    query_sm: (pdu, session) => querySm(pdu, session, ingress),
    cancel_sm: (pdu, session) => cancelSm(pdu, session, ingress),
    replace_sm: (pdu, session) => replaceSm(pdu, session, ingress),
    broadcast_sm: noting(broadcastSm, ingress),
    query_broadcast_sm: (pdu, session) => queryBroadcastSm(pdu, session, ingress),
    cancel_broadcast_sm: (pdu, session) => cancelBroadcastSm(pdu, session, ingress),
    param_retrieve: (pdu, session) => paramRetrieve(pdu, session, ingress),
    query_last_msgs: (pdu, session) => queryLastMsgs(pdu, session, ingress),
    query_msg_details: (pdu, session) => queryMsgDetails(pdu, session, ingress),
  };
}

function noticeListener(
  onPeerFault: ListenersOptions['onPeerFault'],
  ingress: Ingress,
): (session: Session, notice: Notice) => void {
  return (session, notice) => {
    noteRefused(notice, session, ingress);
    const fault = onPeerFault === undefined ? undefined : peerFaultOf(session, notice);
    if (fault !== undefined) onPeerFault?.(fault);
  };
}

/** Binds that are to fail do; others go to who decides. */
function faultsBefore(
  decide: ReturnType<typeof authenticator>,
  faultOf: (systemId: string) => BindFault | undefined,
): ReturnType<typeof authenticator> {
  return (bind) => {
    const fault = faultOf(bind.pdu.system_id);
    if (fault === undefined) return decide(bind);
    // Never: the peer is to give up, and its connection goes with it.
    if (fault.status === undefined) return new Promise(() => undefined);
    return { accept: false, status: fault.status };
  };
}

/** A bind that fails on purpose. */
export interface BindFault {
  /** command_status of its answer; undefined: there is none. */
  readonly status: number | undefined;
}

/** What the gateway does when sessions come and go. */
export interface ListenersEvents {
  /** What becomes of a bind of that name; undefined: what its account says. */
  bindFault(systemId: string): BindFault | undefined;
  onBound(session: Session): void;
  onClosed(session: Session, reason: string): void;
  onRefused(refusal: BindRefusal): void;
}

/** The listeners: SMPP, and SMPP by TLS when it is asked for. */
export class SmppListeners {
  readonly plain: SmppServer | undefined;
  readonly tls: SmppServer | undefined;
  /** Those beyond the first of each kind. */
  readonly more: readonly SmppServer[];
  /** Binds that were refused by us, by why. */
  readonly bindRefusals: ReadonlyMap<BindRefusalReason, number>;
  readonly #certificateEnds: Map<string, number> = new Map();

  private constructor(
    [plain, tls, more]: readonly [SmppServer | undefined, SmppServer | undefined, readonly SmppServer[]],
    bindRefusals: ReadonlyMap<BindRefusalReason, number>,
  ) {
    this.plain = plain;
    this.tls = tls;
    this.more = more;
    this.bindRefusals = bindRefusals;
  }

  /** Listens. Rejects with `SmppConnectError` when a port cannot be had; then nothing is left open. */
  static async open(
    options: ListenersOptions,
    ingress: Ingress,
    accounts: Accounts,
    memory: BindMemory,
    events: ListenersEvents,
  ): Promise<SmppListeners> {
    const clock = options.clock ?? systemClock;
    const bindRefusals = new Map<BindRefusalReason, number>();
    const onRefused: ListenersOptions['onBindRefused'] = (refusal) => {
      bindRefusals.set(refusal.reason, (bindRefusals.get(refusal.reason) ?? 0) + 1);
      events.onRefused(refusal);
      options.onBindRefused?.(refusal);
    };
    const remembered = new Set(Array.from(memory.known(), ({ address }) => address));
    let lastId = 0;
    const common = {
      // Sessions are named by it, whichever listener they came by.
      nextSessionId: () => ++lastId,
      systemId: options.smpp?.systemId,
      limits: options.smpp?.limits,
      clock,
      // One for all listeners: it counts the binds of an account, and guesses at its password.
      authenticate: faultsBefore(authenticator(accounts, { clock, memory, onRefused }), (systemId) =>
        accounts.open ? events.bindFault(systemId) : undefined,
      ),
      // Addresses met since are known to the listener itself.
      isKnown: (address: string) => remembered.has(addressKey(address)) || accounts.isListed(address),
      operations: operationsOf(ingress),
      onBound: (session: Session) => events.onBound(session),
      onClosed: (session: Session, reason: string) => events.onClosed(session, reason),
      onError: options.onError,
      onNotice: noticeListener(options.onPeerFault, ingress),
    };
    const { host, port, proxyProtocol, isClosed } = options.smpp ?? {};
    const opened: SmppServer[] = [];
    const listen = async (
      one: ListenOptions | { readonly port?: number | undefined },
    ): Promise<SmppServer> => {
      const server = await SmppServer.listen({ ...common, ...one });
      opened.push(server);
      return server;
    };
    try {
      const plain = isClosed === true ? undefined : await listen({ host, port, proxyProtocol });
      const { host: tlsHost, port: tlsPort = 3550, ...tls } = options.tls ?? {};
      const secure =
        options.tls === undefined
          ? undefined
          : await listen({ host: tlsHost, port: tlsPort, tls: tls as ServerTls, proxyProtocol });
      const more: SmppServer[] = [];
      for (const one of options.listeners ?? []) more.push(await listen(one));
      const listeners = new SmppListeners([plain, secure, more], bindRefusals);
      listeners.noteCertificate('tls', options.tls?.cert);
      options.listeners?.forEach((one, index) => {
        listeners.noteCertificate(`more-${index + 1}`, one.tls?.cert);
      });
      return listeners;
    } catch (error) {
      await Promise.all(opened.map((server) => server.close({ drainMs: 0 })));
      throw error;
    }
  }

  /**
   * New certificates for the handshakes of the TLS listener, or of the further one of that index. Throws for one that does
   * not listen for TLS, and for certificates that are no good.
   */
  setCertificates(certificates: Certificates, more: number | undefined): void {
    const server = more === undefined ? this.tls : this.more[more];
    const listener = more === undefined ? 'tls' : `more-${more + 1}`;
    if (server === undefined || (more !== undefined && !this.#certificateEnds.has(listener)))
      throw new RangeError('this gateway does not listen for TLS there');
    server.setSecureContext(certificates);
    this.noteCertificate(listener, certificates.cert);
  }

  /** A listener has that certificate from now on. */
  noteCertificate(listener: string, cert: ServerTls['cert']): void {
    const endsMs = certificateEndMs(cert);
    if (endsMs === undefined) this.#certificateEnds.delete(listener);
    else this.#certificateEnds.set(listener, endsMs);
  }

  /** When the certificates of the listeners end. */
  certificateEnds(): readonly CertificateEnd[] {
    return [...this.#certificateEnds].map(([listener, endsMs]) => ({ listener, endsMs }));
  }

  /** Ends the sessions that are meant, in order; false: there are none. */
  end(isMeant: (session: Session) => boolean): boolean {
    const meant = this.sessions().filter(isMeant);
    for (const session of meant) void session.close();
    return meant.length > 0;
  }

  /** All bound sessions. */
  sessions(): Session[] {
    return this.servers().flatMap((server) => [...server.sessions]);
  }

  /** All that listen. */
  servers(): SmppServer[] {
    return [this.plain, this.tls, ...this.more].filter((server) => server !== undefined);
  }

  /** Stops listening and ends all sessions in order; settles when they are gone. */
  async close(drainMs: number): Promise<void> {
    await Promise.all(this.servers().map((server) => server.close({ drainMs })));
  }
}

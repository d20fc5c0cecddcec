/** Where ESMEs arrive: binds are let in, their requests find their operation, their receiving binds their lane. */

import {
  type Notice,
  type Operations,
  type ServerTls,
  type Session,
  SmppServer,
  systemClock,
} from '@chappe/smpp';
import type { Accounts } from './accounts/accounts.ts';
import { authenticator } from './accounts/admission.ts';
import { broadcastSm } from './ingress/broadcast-sm.ts';
import { cancelBroadcastSm } from './ingress/cancel-broadcast-sm.ts';
import { cancelSm } from './ingress/cancel-sm.ts';
import { dataSm } from './ingress/data-sm.ts';
import type { Ingress } from './ingress/ingress.ts';
import { paramRetrieve } from './ingress/param-retrieve.ts';
import { queryBroadcastSm } from './ingress/query-broadcast-sm.ts';
import { queryLastMsgs } from './ingress/query-last-msgs.ts';
import { queryMsgDetails } from './ingress/query-msg-details.ts';
import { querySm } from './ingress/query-sm.ts';
import { replaceSm } from './ingress/replace-sm.ts';
import { submitMulti } from './ingress/submit-multi.ts';
import { submitSm } from './ingress/submit-sm.ts';
import type { GatewayOptions, ListenOptions } from './options.ts';
import { peerFaultOf } from './peer-faults.ts';

/** The table of operations: what an ESME may ask for, and which file answers. */
export function operationsOf(ingress: Ingress): Operations {
  return {
    submit_sm: (pdu, session) => submitSm(pdu, session, ingress),
    submit_multi: (pdu, session) => submitMulti(pdu, session, ingress),
    data_sm: (pdu, session) => dataSm(pdu, session, ingress),
    query_sm: (pdu, session) => querySm(pdu, session, ingress),
    cancel_sm: (pdu, session) => cancelSm(pdu, session, ingress),
    replace_sm: (pdu, session) => replaceSm(pdu, session, ingress),
    broadcast_sm: (pdu, session) => broadcastSm(pdu, session, ingress),
    query_broadcast_sm: (pdu, session) => queryBroadcastSm(pdu, session, ingress),
    cancel_broadcast_sm: (pdu, session) => cancelBroadcastSm(pdu, session, ingress),
    param_retrieve: (pdu, session) => paramRetrieve(pdu, session, ingress),
    query_last_msgs: (pdu, session) => queryLastMsgs(pdu, session, ingress),
    query_msg_details: (pdu, session) => queryMsgDetails(pdu, session, ingress),
  };
}

function noticeListener(
  onPeerFault: GatewayOptions['onPeerFault'],
): ((session: Session, notice: Notice) => void) | undefined {
  if (onPeerFault === undefined) return undefined;
  return (session, notice) => {
    const fault = peerFaultOf(session, notice);
    if (fault !== undefined) onPeerFault(fault);
  };
}

/** What the gateway does when sessions come and go. */
export interface DeskEvents {
  onBound(session: Session): void;
  onClosed(session: Session, reason: string): void;
}

/** The listeners: SMPP, and SMPP by TLS when it is asked for. */
export class Desk {
  readonly plain: SmppServer;
  readonly tls: SmppServer | undefined;
  /** Those beyond the first of each kind. */
  readonly more: readonly SmppServer[];

  private constructor(plain: SmppServer, tls: SmppServer | undefined, more: readonly SmppServer[]) {
    this.plain = plain;
    this.tls = tls;
    this.more = more;
  }

  /** Listens. Rejects with `SmppConnectError` when a port cannot be had; then nothing is left open. */
  static async open(
    options: GatewayOptions,
    ingress: Ingress,
    accounts: Accounts,
    events: DeskEvents,
  ): Promise<Desk> {
    const clock = options.clock ?? systemClock;
    const common = {
      systemId: options.smpp?.systemId,
      limits: options.smpp?.limits,
      clock,
      // One for all listeners: it counts the binds of an account, and guesses at its password.
      authenticate: authenticator(accounts, { clock, onRefused: options.onBindRefused }),
      operations: operationsOf(ingress),
      onBound: (session: Session) => events.onBound(session),
      onClosed: (session: Session, reason: string) => events.onClosed(session, reason),
      onError: options.onError,
      onNotice: noticeListener(options.onPeerFault),
    };
    const { host, port, proxyProtocol } = options.smpp ?? {};
    const opened: SmppServer[] = [];
    const listen = async (
      one: ListenOptions | { readonly port?: number | undefined },
    ): Promise<SmppServer> => {
      const server = await SmppServer.listen({ ...common, ...one });
      opened.push(server);
      return server;
    };
    try {
      const plain = await listen({ host, port, proxyProtocol });
      const { host: tlsHost, port: tlsPort = 3550, ...tls } = options.tls ?? {};
      const secure =
        options.tls === undefined
          ? undefined
          : await listen({ host: tlsHost, port: tlsPort, tls: tls as ServerTls, proxyProtocol });
      const more: SmppServer[] = [];
      for (const one of options.listeners ?? []) more.push(await listen(one));
      return new Desk(plain, secure, more);
    } catch (error) {
      await Promise.all(opened.map((server) => server.close({ drainMs: 0 })));
      throw error;
    }
  }

  /** All bound sessions. */
  sessions(): Session[] {
    return [this.plain, ...(this.tls === undefined ? [] : [this.tls]), ...this.more].flatMap((server) => [
      ...server.sessions,
    ]);
  }

  /** Stops listening and ends all sessions in order; settles when they are gone. */
  async close(drainMs: number): Promise<void> {
    const all = [this.plain, this.tls, ...this.more];
    await Promise.all(all.map((server) => server?.close({ drainMs })));
  }
}

/** Where ESMEs arrive: binds are let in, their requests find their operation, their receiving binds their lane. */

import { status } from '@chappe/protocol';
import {
  type BindDecision,
  type BindRequest,
  type Notice,
  type Operations,
  type Session,
  SmppServer,
} from '@chappe/smpp';
import type { Accounts } from './accounts.ts';
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
import type { GatewayOptions } from './options.ts';
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

/** Lets a bind in, or says why not. A wrong name and a wrong password get the same answer. */
export function authenticator(
  accounts: Accounts,
): (bind: BindRequest) => BindDecision | Promise<BindDecision> {
  return ({ pdu, version }) => {
    if (accounts.open) return { accept: true, context: accounts.meet(pdu.system_id).name };
    return accounts.verify(pdu.system_id, pdu.password).then((account): BindDecision => {
      if (account === 'busy') return { accept: false, status: status.ESME_RBINDFAIL };
      if (account !== 'refused') return { accept: true, context: account.name };
      // shared/spec/sessions.md: 5.0 keeps 0x0E and 0x0F for malformed fields, older peers expect 0x0E.
      const wrong = version >= 0x50 ? status.ESME_RBINDFAIL : status.ESME_RINVPASWD;
      return { accept: false, status: wrong };
    });
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

  private constructor(plain: SmppServer, tls: SmppServer | undefined) {
    this.plain = plain;
    this.tls = tls;
  }

  /** Listens. Rejects with `SmppConnectError` when a port cannot be had; then nothing is left open. */
  static async open(
    options: GatewayOptions,
    ingress: Ingress,
    accounts: Accounts,
    events: DeskEvents,
  ): Promise<Desk> {
    const common = {
      systemId: options.smpp?.systemId,
      limits: options.smpp?.limits,
      clock: options.clock,
      authenticate: authenticator(accounts),
      operations: operationsOf(ingress),
      onBound: (session: Session) => events.onBound(session),
      onClosed: (session: Session, reason: string) => events.onClosed(session, reason),
      onError: options.onError,
      onNotice: noticeListener(options.onPeerFault),
    };
    const { host, port, proxyProtocol } = options.smpp ?? {};
    const plain = await SmppServer.listen({ ...common, host, port, proxyProtocol });
    if (options.tls === undefined) return new Desk(plain, undefined);
    try {
      const { host: tlsHost, port: tlsPort = 3550, ...tls } = options.tls;
      return new Desk(
        plain,
        await SmppServer.listen({ ...common, host: tlsHost, port: tlsPort, tls, proxyProtocol }),
      );
    } catch (error) {
      await plain.close({ drainMs: 0 });
      throw error;
    }
  }

  /** All bound sessions. */
  sessions(): Session[] {
    return [...this.plain.sessions, ...(this.tls?.sessions ?? [])];
  }

  /** Stops listening and ends all sessions in order; settles when they are gone. */
  async close(drainMs: number): Promise<void> {
    await Promise.all([this.plain.close({ drainMs }), this.tls?.close({ drainMs })]);
  }
}

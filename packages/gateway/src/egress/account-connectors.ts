/** The connectors of all accounts: a lane is attached while its account has a receiving bind, and waits otherwise. */
import type { Center, Message } from '@chappe/center';
import type { Accounts } from '@chappe/policy';
import type { Bind, ReceivingBinds } from '../lanes/binds.ts';
import { accountLane, receiptLane, unclaimedLane } from '../lanes/lanes.ts';
import { AccountConnector } from './account-connector.ts';

/** What the connectors work with. */
export interface AccountConnectorsOptions {
  readonly center: Center;
  readonly receivingBinds: ReceivingBinds;
  readonly accounts: Accounts;
  readonly onSent: (message: Message) => void;
}

/** Attaches and detaches lanes as binds come and go. */
export class AccountConnectors {
  readonly #center: Center;
  readonly #receivingBinds: ReceivingBinds;
  readonly #options: AccountConnectorsOptions;
  readonly #connectors = new Map<string, AccountConnector>();

  constructor(options: AccountConnectorsOptions) {
    this.#center = options.center;
    this.#receivingBinds = options.receivingBinds;
    this.#options = options;
  }

  /** A receiving bind has come. */
  add(bind: Bind): void {
    this.#join(accountLane(bind.account), bind);
    this.#join(receiptLane(bind.account), bind);
    // What no account could be found for goes to whoever is there; where there are accounts it may be another's.
    if (this.#options.accounts.open) this.#join(unclaimedLane, bind);
    bind.session.onWindowFree = () => {
      this.#connectors.get(accountLane(bind.account))?.ready?.();
      this.#connectors.get(receiptLane(bind.account))?.ready?.();
      this.#connectors.get(unclaimedLane)?.ready?.();
    };
  }

  /** A receiving bind has gone. */
  remove(bind: Bind): void {
    this.#leave(accountLane(bind.account), bind);
    this.#leave(receiptLane(bind.account), bind);
    this.#leave(unclaimedLane, bind);
  }

  /** A bind of that account that an alert_notification can go to: 3.3 has none (SMPP 3.4 2.10). */
  alertable(account: string): Bind | undefined {
    return this.#receivingBinds.binds.find(
      (bind) => bind.account === account && bind.session.version !== 0x33,
    );
  }

  #join(lane: string, bind: Bind): void {
    let connector = this.#connectors.get(lane);
    if (connector === undefined) {
      const { accounts, onSent } = this.#options;
      connector = new AccountConnector((name) => accounts.get(name)?.settings);
      connector.onSent = onSent;
      this.#connectors.set(lane, connector);
      connector.add(bind);
      this.#center.attach(lane, connector);
    } else connector.add(bind);
  }

  #leave(lane: string, bind: Bind): void {
    const connector = this.#connectors.get(lane);
    if (connector === undefined) return;
    connector.remove(bind);
    if (connector.size > 0) return;
    this.#connectors.delete(lane);
    this.#center.detach(lane);
  }
}

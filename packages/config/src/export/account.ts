/** Accounts as they are written. */
import { type AccountSettings, type CreditSettings, formatAmount } from '@chappe/policy';
import { hexText, maybeDuration, rateText, section, type Written, written } from '../values/written.ts';

/** An account without its hashes. */
export function writtenAccount(account: AccountSettings): Written {
  const { receipts, throughput, credit, defaultPriority, maxPriority } = account;
  return written({
    systemId: account.systemId,
    allowFrom: account.allowFrom,
    tlsOnly: account.tlsOnly,
    clientCertificates: account.clientCertificates,
    bindKinds: account.bindKinds,
    binds: account.binds,
    suspended: account.suspended,
    window: account.window,
    tlvOctets: account.tlvOctets,
    throughput:
      throughput === undefined
        ? undefined
        : written({
            rate: rateText(throughput.perSecond),
            burst: throughput.burst,
            excess: throughput.excess,
          }),
    quota: account.quota,
    senderIds: account.senders,
    destinations: account.destinations,
    senderRules: account.senderRules,
    credit: credit === undefined ? undefined : writtenCredit(credit),
    numbers: account.numbers,
    defaultTon: account.defaultTon,
    defaultNpi: account.defaultNpi,
    defaultAlphabet: account.defaultAlphabet,
    dlr: section({
      messageId: account.messageId,
      timezone: receipts?.timeZone,
      seconds: receipts?.seconds,
      textLabel: receipts?.textLabel,
      quoteText: receipts?.quoteText,
      longMessages: receipts?.longMessages,
      binds: receipts?.binds,
      webhook: receipts?.webhook,
      validity: maybeDuration(receipts?.validityMs),
      limit: receipts?.limit,
      dataSm: receipts?.asDataSm,
      tlvs: typeof receipts?.tlvs === 'object' ? receipts.tlvs.map(hexText) : receipts?.tlvs,
    }),
    ownNumbers: account.ownNumbers,
    mo: account.mo,
    priority: section({ default: defaultPriority, max: maxPriority }),
    tags: account.tags,
  });
}

function writtenCredit({ mode, limit, perDay, perMonth, charge }: CreditSettings): Written {
  return written({
    mode,
    limit: maybeAmount(limit),
    perDay: maybeAmount(perDay),
    perMonth: maybeAmount(perMonth),
    charge,
  });
}

function maybeAmount(amount: number | undefined): string | undefined {
  return amount === undefined ? undefined : formatAmount(amount);
}

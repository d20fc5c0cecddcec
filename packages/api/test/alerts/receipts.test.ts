/** Alarms about receipts, of operators and for customers: each is raised by its fault, and no other. */
import { afterEach, beforeEach, describe, it } from 'vitest';
import { account, connector, via } from '../../../gateway/test/network/world.ts';
import type { Esme } from '../../../gateway/test/rig.ts';
import { canJudge } from './prometheus.ts';
import { type Customer, type Fault, type Operator, Watched } from './watched.ts';

let watched: Watched;
let esme: Esme;
let customer: Customer;
let other: Customer;
let operator: Operator;

beforeEach(async () => {
  watched = await Watched.start({
    accounts: [
      account('acme', { receipts: { limit: 600 } }),
      account('other'),
      account('hooked', { receipts: { webhook: 'hook' } }),
    ],
    connectors: [connector('op-a')],
    routes: [via(['op-a'])],
    // Port 1 of this machine: nobody is there.
    webhooks: [
      { name: 'hook', url: 'http://127.0.0.1:1/', secret: `whsec_${'A'.repeat(44)}`, allowPrivate: true },
    ],
  });
  esme = await watched.world.esme();
  customer = watched.customer(esme, 2);
  other = watched.customer(await watched.world.esme({ systemId: 'other' }), 0.5);
  operator = watched.operator('op-a');
  await watched.pass(4);
  watched.expect();
});
afterEach(() => watched.stop());

const ofOperators: readonly Fault[] = [
  {
    name: 'that sends none any more',
    begin: () => {
      operator.says = () => undefined;
    },
    minutes: 5,
    alerts: ['ChappeReceiptsStopped connector=op-a'],
  },
  {
    name: 'that sends none any more, and was given few messages',
    begin: () => {
      customer.perSecond = 1 / 120;
      other.perSecond = 1 / 120;
      operator.says = () => undefined;
    },
    minutes: 45,
    alerts: ['ChappeReceiptsStopped connector=op-a'],
  },
  {
    name: 'that only says that they are on their way',
    begin: () => {
      operator.says = () => ({ stat: 'ENROUTE' });
    },
    minutes: 5,
    alerts: ['ChappeReceiptsStopped connector=op-a'],
  },
  {
    name: 'that says that all were rejected',
    begin: () => {
      operator.says = () => ({ stat: 'REJECTD', err: '011' });
    },
    minutes: 5,
    alerts: [
      'ChappeReceiptsFail connector=op-a',
      'ChappeAccountFailing account=acme',
      'ChappeAccountFailing account=other',
    ],
  },
  {
    name: 'that calls messages otherwise than in its responses',
    begin: () => {
      operator.says = (count) => ({ id: `f00d${count}` });
    },
    minutes: 5,
    alerts: ['ChappeReceiptsUnmatched connector=op-a'],
  },
  {
    name: 'of which somebody else gets the half',
    begin: async () => {
      await watched.pass(20);
      watched.expect();
      operator.says = (count) => (count % 2 === 0 ? {} : undefined);
    },
    minutes: 40,
    alerts: ['ChappeReceiptsMissing connector=op-a'],
  },
  {
    name: 'that delivers in ten minutes what it delivered in seconds',
    begin: () => {
      operator.afterMs = 600_000;
    },
    minutes: 40,
    alerts: ['ChappeDeliveriesSlow connector=op-a'],
  },
];

const ofCustomers: readonly Fault[] = [
  {
    name: 'that is not there',
    begin: () => esme.drop(),
    minutes: 4,
    alerts: ['ChappeReceiptsWaiting account=acme'],
  },
  {
    name: 'that is not there for long',
    begin: () => esme.drop(),
    minutes: 8,
    alerts: ['ChappeReceiptsWaiting account=acme', 'ChappeReceiptsDropped account=acme'],
  },
];

describe.runIf(canJudge())('receipts of an operator', () => {
  it.each(ofOperators)('$name', (fault) => watched.meets(fault));
});

describe.runIf(canJudge())('receipts for a customer', () => {
  it.each(ofCustomers)('$name', async (fault) => {
    // What it sends comes by another bind.
    customer.esme = await watched.world.esme({ bind: 'transmitter' });
    await watched.meets(fault);
  });
});

describe.runIf(canJudge())('receipts for a webhook', () => {
  it('at which nobody listens', async () => {
    watched.customer(await watched.world.esme({ systemId: 'hooked' }), 0.5);
    await watched.meets({
      name: '',
      begin: () => undefined,
      minutes: 4,
      alerts: ['ChappeWebhookFailing webhook=hook'],
    });
  });
});

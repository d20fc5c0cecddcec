/** Alarms about customers and what they send: each is raised by its fault, and no other. */
import { afterEach, beforeEach, describe, it } from 'vitest';
import { account, connector, via } from '../../../gateway/test/network/world.ts';
import { canJudge } from './prometheus.ts';
import { type Customer, type Fault, Watched } from './watched.ts';

let watched: Watched;
let customer: Customer;

beforeEach(async () => {
  watched = await Watched.start({
    accounts: [
      account('acme', { senders: ['ACME'], throughput: { perSecond: 1 }, quota: { day: 900 } }),
      account('other'),
    ],
    connectors: [connector('op-a')],
    routes: [via(['op-a'], undefined, { to: ['44'] })],
    pumping: {},
  });
  customer = watched.customer(await watched.world.esme());
  watched.customer(await watched.world.esme({ systemId: 'other' }));
  watched.operator('op-a');
  await watched.pass(3);
  watched.expect();
});
afterEach(() => watched.stop());

/** Numbers without a route. */
const noRoute = (count: number): string => `99877${String(10_000_000 + ((count * 7_368_787) % 89_999_999))}`;

const refused = ['ChappeAccountRefused account=acme'];
const faults: readonly Fault[] = [
  {
    name: 'without a route',
    begin: () => {
      customer.to = noRoute;
    },
    minutes: 4,
    alerts: refused,
  },
  {
    name: 'without a route, that sends few messages',
    begin: () => {
      customer.perSecond = 1 / 180;
      customer.to = noRoute;
    },
    minutes: 45,
    alerts: refused,
  },
  {
    name: 'without a route for two of three',
    begin: () => {
      const { to } = customer;
      customer.to = (count) => (count % 3 === 0 ? to(count) : noRoute(count));
    },
    minutes: 5,
    alerts: refused,
  },
  {
    name: 'with a sender that it may not use',
    begin: () => {
      customer.from = 'RIVAL';
    },
    minutes: 4,
    alerts: refused,
  },
  {
    name: 'that writes no numbers',
    begin: () => {
      customer.to = (count) => `nobody${count}`;
    },
    minutes: 4,
    alerts: refused,
  },
  {
    name: 'that goes on when its quota is used up',
    begin: () => {
      customer.perSecond = 10;
    },
    minutes: 20,
    alerts: refused,
  },
  {
    name: 'without a route for a few, and one that sends faster than it may',
    begin: () => {
      const { to } = customer;
      customer.perSecond = 3;
      customer.to = (count) => (count % 20 === 0 ? noRoute(count) : to(count));
    },
    minutes: 5,
    alerts: [],
  },
  {
    name: 'whose numbers follow each other',
    begin: () => {
      customer.to = (count) => `44770090${String(1_000 + (count % 1_000))}`;
    },
    minutes: 4,
    alerts: ['ChappePumping kind=sequential', 'ChappePumping kind=prefix-share'],
  },
];

describe.runIf(canJudge())('a customer', () => {
  it.each(faults)('$name', (fault) => watched.meets(fault));
});

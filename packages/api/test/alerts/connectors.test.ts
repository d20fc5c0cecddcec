/** Alarms about operators: each is raised by its fault within minutes, and no other. */
import { status } from '@chappe/protocol';
import { afterEach, describe, it } from 'vitest';
import { Mortal } from '../../../gateway/test/network/mortal.ts';
import { account, connector, via } from '../../../gateway/test/network/world.ts';
import { canJudge } from './prometheus.ts';
import { type Customer, type Fault, type Operator, Watched } from './watched.ts';

let watched: Watched;
let customer: Customer;
let operator: Operator;
let lines: Mortal[];
let areDead: boolean;

async function begin(window: number): Promise<void> {
  lines = [];
  areDead = false;
  watched = await Watched.start(
    {
      accounts: [account('acme')],
      connectors: [connector('op-a', { binds: 2, window })],
      routes: [via(['op-a'])],
    },
    {
      beforeOpen: (world) =>
        world.lead('op-a', () => {
          const line = new Mortal(world.centre('op-a').connect());
          line.isDead = areDead;
          lines.push(line);
          return line;
        }),
    },
  );
  customer = watched.customer(await watched.world.esme());
  operator = watched.operator('op-a');
  await watched.pass(3);
  watched.expect();
}
afterEach(() => watched.stop());

/** Connections are there and nothing comes back by them, as with a firewall that forgets. */
function halfOpen(): void {
  for (const line of lines) line.isDead = true;
  areDead = true;
}

const faults: readonly Fault[] = [
  {
    name: 'that refuses connections',
    begin: () => operator.centre.cut(),
    minutes: 2,
    alerts: ['ChappeConnectorDown connector=op-a'],
  },
  {
    name: 'that never answers submissions',
    begin: () => {
      operator.centre.react = () => 'hang';
    },
    minutes: 2,
    alerts: ['ChappeConnectorSilent connector=op-a'],
  },
  {
    name: 'whose connections are half open, without traffic',
    begin: () => {
      customer.perSecond = 0;
      halfOpen();
    },
    minutes: 2,
    alerts: ['ChappeConnectorDown connector=op-a'],
  },
  {
    name: 'that refuses all destinations',
    begin: () => {
      operator.centre.react = () => ({ status: status.ESME_RINVDSTADR });
    },
    minutes: 4,
    alerts: ['ChappeConnectorRefuses connector=op-a', 'ChappeAccountFailing account=acme'],
  },
  {
    name: 'that refuses two of three',
    begin: () => {
      operator.centre.react = (_, at) => (at % 3 === 0 ? {} : { status: status.ESME_RSUBMITFAIL });
    },
    minutes: 5,
    alerts: ['ChappeConnectorRefuses connector=op-a', 'ChappeAccountFailing account=acme'],
  },
  {
    name: 'that is out of order',
    begin: () => {
      operator.centre.react = () => ({ status: status.ESME_RSYSERR });
    },
    minutes: 4,
    alerts: ['ChappeConnectorBreakerOpen connector=op-a', 'ChappeQueueOld lane=via:op-a'],
  },
  {
    name: 'whose queue is full',
    begin: () => {
      operator.centre.react = () => ({ status: status.ESME_RMSGQFUL });
    },
    minutes: 4,
    alerts: ['ChappeConnectorRefuses connector=op-a', 'ChappeQueueOld lane=via:op-a'],
  },
  {
    name: 'that refuses the few messages it is given',
    begin: () => {
      customer.perSecond = 1 / 60;
      operator.centre.react = () => ({ status: status.ESME_RINVDSTADR });
    },
    minutes: 45,
    alerts: ['ChappeConnectorRefuses connector=op-a', 'ChappeAccountFailing account=acme'],
  },
  {
    name: 'that answers nothing, and is given few messages',
    begin: () => {
      customer.perSecond = 1 / 60;
      operator.centre.react = () => 'hang';
    },
    minutes: 3,
    alerts: ['ChappeConnectorSilent connector=op-a'],
  },
  {
    name: 'that cuts the connection at each submission',
    begin: () => {
      operator.centre.react = () => 'cut';
    },
    minutes: 5,
    alerts: [
      'ChappeConnectorBreakerOpen connector=op-a',
      'ChappeConnectorDown connector=op-a',
      'ChappeQueueOld lane=via:op-a',
    ],
  },
  {
    name: 'that takes binds and cuts them, again and again',
    begin: () => {
      watched.each((second) => {
        if (second % 7 === 0) for (const session of [...operator.centre.sessions]) session.destroy();
      });
    },
    minutes: 5,
    alerts: ['ChappeConnectorFlaps connector=op-a'],
  },
  {
    name: 'that was stopped by hand, and is asked for',
    begin: () => watched.world.upstream('op-a').stop(0),
    minutes: 4,
    alerts: ['ChappeQueueOld lane=via:op-a'],
  },
  {
    name: 'that was paused, and is asked for',
    begin: () => watched.world.upstream('op-a').pause(),
    minutes: 4,
    alerts: ['ChappeQueueOld lane=via:op-a'],
  },
  {
    name: 'that was removed while messages waited',
    begin: async () => {
      operator.centre.cut();
      await watched.pass(0.25);
      await watched.world.gateway.apply({ ...watched.world.gateway.settings, connectors: [], routes: [] });
    },
    minutes: 4,
    alerts: ['ChappeConnectorRemoved connector=op-a'],
  },
  {
    name: 'that throttles everything',
    begin: () => {
      operator.centre.react = () => ({ status: status.ESME_RTHROTTLED });
    },
    minutes: 4,
    alerts: ['ChappeQueueOld lane=via:op-a'],
  },
  {
    name: 'that takes six seconds for each answer',
    begin: () => {
      operator.afterMs = 10_000;
      operator.centre.react = () => ({ delayMs: 6_000 });
    },
    minutes: 5,
    alerts: ['ChappeWindowFull connector=op-a reason=window', 'ChappeQueueOld lane=via:op-a'],
  },
  {
    name: 'that ends one of its binds and takes no other',
    begin: () => {
      const [first] = operator.centre.sessions;
      operator.centre.isDown = true;
      first?.destroy();
    },
    minutes: 3,
    alerts: ['ChappeConnectorBinds connector=op-a'],
  },
];

describe.runIf(canJudge())('an operator', () => {
  it.each(faults)('$name', async (fault) => {
    await begin(2);
    await watched.meets(fault);
  });

  it.each([1, 10, 1_000])(
    'whose connections are half open: within two minutes, with a window of %i',
    async (window) => {
      await begin(window);
      await watched.meets({
        name: '',
        begin: halfOpen,
        minutes: 2,
        alerts: ['ChappeConnectorDown connector=op-a'],
      });
    },
  );
});

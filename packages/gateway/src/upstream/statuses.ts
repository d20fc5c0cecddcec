/** What an upstream's answer to a submission means, by default and as the connector's settings have it. */

import type { ConnectorSettings, StatusRule } from '@chappe/policy';
import { status as named, statusClass } from '@chappe/protocol';

/**
 * `ok`: it has the message, and said its id. `accepted`: it has it, without an id. `permanent`: it never will.
 * `temporary`: again later, error class `system`. `throttled`: all of it slower. `full`: its queue is full, again later.
 * `rebind`: it does not honour the bind any more; of the message it says nothing.
 */
export type SubmitVerdict = 'ok' | StatusRule['means'];

/** The meaning of each command_status at one connector. */
export interface StatusClasses {
  /** Never throws; codes of vendors and reserved ones are permanent: nothing is known that time would heal. */
  classify(commandStatus: number): SubmitVerdict;
}

const maxStatus = 0xffff_ffff;

/** The classes of a connector: its rules, then the defaults. Throws RangeError for rules that cannot be. */
export function statusClasses(settings: Pick<ConnectorSettings, 'name' | 'statuses'>): StatusClasses {
  const table = new Map<number, SubmitVerdict>();
  for (const { status, means } of settings.statuses ?? []) {
    const where = `connector "${settings.name}": statuses`;
    if (!Number.isInteger(status) || status < 1 || status > maxStatus) {
      throw new RangeError(`${where}: ${status} is no error status; give one from 1 to 0xffffffff`);
    }
    if (table.has(status)) {
      throw new RangeError(`${where}: 0x${status.toString(16)} stands there twice; keep one of the two`);
    }
    table.set(status, means);
  }
  return {
    classify: (commandStatus) => {
      if (commandStatus === 0) return 'ok';
      return table.get(commandStatus) ?? meaningOf(commandStatus);
    },
  };
}

function meaningOf(commandStatus: number): SubmitVerdict {
  switch (statusClass(commandStatus)) {
    case 'none':
      return 'ok';
    case 'throttle':
      // The other one is ESME_RMSGQFUL: a queue of this customer or number, while throttling is about the session.
      return commandStatus === named.ESME_RTHROTTLED ? 'throttled' : 'full';
    case 'temporary':
      return 'temporary';
    // About the session or the password, not the message: it goes after the next bind.
    case 'bind':
      return 'rebind';
    case 'permanent':
      return 'permanent';
  }
}

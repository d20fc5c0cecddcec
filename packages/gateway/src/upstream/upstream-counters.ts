/** Plain integers of one upstream, since the start; only metrics and views read them. */
export interface UpstreamCounters {
  /** Requests that left, repeats included. */
  submitted: number;
  taken: number;
  refused: number;
  throttled: number;
  /** Answers that mean: again later. */
  postponed: number;
  unanswered: number;
  /** Messages that cannot be said to it. */
  unfit: number;
  /** Error answers by command_status, bounded: -1 holds what is beyond. */
  readonly statuses: Map<number, number>;
  /** Taken, with a receipt asked for. */
  receiptsAsked: number;
  receipts: number;
  /** Receipts by what they say (`DELIVERED`); few different words exist. */
  readonly receiptStates: Map<string, number>;
  receiptsUnmatched: number;
  receiptsRepeated: number;
  /** Messages from handsets. */
  mo: number;
  bindFailures: number;
}

/** All zero. */
export function newUpstreamCounters(): UpstreamCounters {
  return {
    submitted: 0,
    taken: 0,
    refused: 0,
    throttled: 0,
    postponed: 0,
    unanswered: 0,
    unfit: 0,
    statuses: new Map(),
    receiptsAsked: 0,
    receipts: 0,
    receiptStates: new Map(),
    receiptsUnmatched: 0,
    receiptsRepeated: 0,
    mo: 0,
    bindFailures: 0,
  };
}

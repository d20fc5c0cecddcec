/** Why a message cannot go by one connector. Another one may take it. */
export interface Unfit {
  /** One line of English, for the timeline and for the choice of another connector. */
  readonly reason: string;
  /** Never there: tells it from a PDU. */
  readonly command?: undefined;
}

/** True for what cannot go. */
export function isUnfit(value: object): value is Unfit {
  return (value as Partial<Unfit>).reason !== undefined;
}

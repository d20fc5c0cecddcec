/** Bounds of a server. Milliseconds; 0 turns a timer off. */
export interface ServerLimits {
  /**
   * Connections at once, bound or not. Where there are so many, one that has not bound makes room for a further one:
   * the eldest of the address that has most of them. If all have bound, the further one is closed before a byte of it
   * is read.
   */
  readonly connections: number;
  /** Those of them that have not bound, known addresses apart. No more than half of `connections`, or 100, count. */
  readonly unbound: number;
  /** Connections at once from one address (of IPv6: from one /64). */
  readonly perAddress: number;
  /** Bound sessions at once of one system_id; a further bind is answered with ESME_RALYBND. */
  readonly perAccount: number;
  /** Requests of one peer that may await our response; beyond, they are answered with ESME_RTHROTTLED. */
  readonly window: number;
  /** Our requests to one peer that may await its response. */
  readonly outgoingWindow: number;
  /** Our requests to one peer that may wait for a slot of that window. */
  readonly queue: number;
  readonly maxPduOctets: number;
  readonly maxPduOctetsBeforeBind: number;
  /** From connect to bind, TLS handshake and PROXY header included. */
  readonly sessionInitMs: number;
  /** From the first to the last octet of one PDU. */
  readonly pduReadMs: number;
  /** From the last transaction to the end; enquire_link is none. Must exceed `enquireLinkMs`. */
  readonly inactivityMs: number;
  /** From the last PDU received to our enquire_link. */
  readonly enquireLinkMs: number;
  readonly enquireLinkResponseMs: number;
  readonly responseTimeoutMs: number;
  /** Octets that a peer may leave unread before we stop reading from it. */
  readonly writeBufferOctets: number;
  /** How long it may do so before it is cut off. */
  readonly writeStallMs: number;
  /** What one session may take of one turn of the event loop: PDUs, and time. */
  readonly pdusPerTurn: number;
  readonly turnMs: number;
}

/** Defaults next to their reasons. */
export const serverLimits: ServerLimits = {
  // What was measured to fit: 10,000 idle sessions in half a gigabyte.
  connections: 10_000,
  // A fleet of customers that comes back at once, and room for as many that have bound.
  unbound: 5_000,
  // One customer behind one address has dozens; a runaway client has thousands.
  perAddress: 1_000,
  perAccount: 1_000,
  window: 1_000,
  // SMPP 3.4 2.9 recommends 10; receivers in the field take 100 gladly.
  outgoingWindow: 100,
  queue: 10_000,
  // The largest legal PDU is about 72 KB.
  maxPduOctets: 128 * 1024,
  maxPduOctetsBeforeBind: 1024,
  sessionInitMs: 10_000,
  pduReadMs: 10_000,
  inactivityMs: 0,
  enquireLinkMs: 30_000,
  enquireLinkResponseMs: 10_000,
  responseTimeoutMs: 60_000,
  writeBufferOctets: 1024 * 1024,
  writeStallMs: 60_000,
  pdusPerTurn: 4_000,
  turnMs: 10,
};

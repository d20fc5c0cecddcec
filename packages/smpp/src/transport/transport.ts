/** Who is at the other end of a connection. */
export interface Remote {
  /** IP address; behind a trusted proxy, the one that it names. */
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  /** Subject of the verified client or server certificate, as `CN=gateway,O=Example`. */
  readonly certificateSubject?: string;
  /** SHA-256 of that certificate, in small hexadecimal letters. */
  readonly certificateFingerprint?: string;
  /** Our end of it, where it is a socket. */
  readonly ours?: { readonly address: string; readonly port: number };
}

/** What a connection tells its owner. Nothing is told before `start` nor after `onEnd`. */
export interface TransportListener {
  /** Octets came; they will not change. */
  onBytes(bytes: Uint8Array): void;
  /** Everything written has been taken by the network. */
  onDrain(): void;
  /** The connection is over; `error` says why if it broke. Called once. */
  onEnd(error: Error | undefined): void;
}

/** A connected byte stream: TCP, TLS or in memory. */
export interface Transport {
  readonly remote: Remote;
  /** Octets written that the network has not taken yet. */
  readonly bufferedOctets: number;
  /** Begins to read. Octets that came before are not lost. */
  start(listener: TransportListener): void;
  /** Queues octets; they must not change afterwards. */
  write(bytes: Uint8Array): void;
  /** Stops reading: the peer is held back by the network. */
  pause(): void;
  resume(): void;
  /** Closes once all that was written has been taken. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

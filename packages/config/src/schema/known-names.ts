/** Names that entries refer to each other by. */

/** Names that entries may refer to. Undefined: not known here, so not checked. */
export interface KnownNames {
  readonly accounts?: ReadonlySet<string> | undefined;
  /** With `handsets` where there are some. */
  readonly connectors?: ReadonlySet<string> | undefined;
  readonly webhooks?: ReadonlySet<string> | undefined;
  /** Tags of the TLVs that connectors name. */
  readonly tlvs?: ReadonlyMap<string, number> | undefined;
}

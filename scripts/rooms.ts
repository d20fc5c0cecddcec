/**
 * The rooms of each package, highest first: a room is a folder of its sources, or a file beside them. Each imports lower ones
 * only.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  protocol: inOrder(`index report message text nearest codec definitions`),
  smpp: inOrder(
    `index simulated-clock client server messages session caller transport option-checks core guarded-random guard errors clock`,
  ),
  center: inOrder(`
    index
    center
    replacing
    operations sweep
    settlement
    intake
    dispatch
    refill
    core
    lease store-watch
    group-commit
    memory waiting-submissions
    awaiting conformance options search submission
    control disk-watch lanes retry timeline
    connector id-map message-id octets store
    due-timer hooks message random safe-files steady-clock
    clock errors room shares states
  `),
  'store-sqlite': inOrder(`
    index
    worker
    writer
    commits file-watch lost-logs turns
    open-days
    log-syncs
    checkpointer copier day-files reader restore sqlite-store
    aside backup-target contents day-file summary
    journal kept-operations manifest merged-changes
    new-segments
    adopt-files check-data journal-disk journal-files log-state merged-slots older-guard page shared-bodies sqlite-control tally-aside thread
    control-copy disk-room integrity lock merged-row old-changes requests
    control-table day-statements encode-changes folder make-day-file walk
    records
    row
    failure frame log-fault moment old-rows open-database origin put-back read-failures restored schema
    addresses
  `),
  policy: inOrder(
    `index routes filters accounts numbers settings lists facts decimal errors time-zone slices`,
  ),
  gateway: inOrder(
    `index gateway admin network correlation ingress history upstream receipts money entries egress callbacks mo webhooks observation audit lanes message`,
  ),
  sandbox: inOrder(`index sandbox sandbox-options simulation handsets`),
  config: inOrder(`
    index
    load-thread
    load-worker
    export load
    entry file-check
    issues json-schema names overrides rule-flaws secret-strength warnings
    connector-warnings schema
    config number-warnings yaml
    diff flaw interpolation list-files passwords suggestion values
  `),
  api: inOrder(`
    index
    build-api
    doors
    openapi
    routes
    entry-body line-answers live-answer own-message
    line-groups
    submissions
    header-argument tlv-argument
    context mount
    audit cors http-edge idempotency json-body listen origin refused-beside send-answer
    failures message-filter observe request-bodies route shares
    schemas
    auth body-shape content-argument gateway-problem message-columns metrics not-found openapi-examples parameters pdu-values records-text turns validation
    backups connections cursor event-filter event-stream line-reader line-stream lines-format list-text patience problem text-cost times unread
    body-lines compression docs-page tls
  `),
  cli: inOrder(`
    main
    program
    plans
    gateway-plans
    commands
    serve
    start
    command
    capture import settings
    decode http-api
    bench failure
    bundle-url connect-hint event-stream exit-codes index json-lines program-name terminal version
  `),
};

function inOrder(words: string): readonly string[] {
  return words.trim().split(/\s+/);
}

/** A store whose commits are timed: one clock reading for each commit, which carries many messages. */
import type { ControlStore, Store, StoreLook } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import type { TimeCounts } from './time-counts.ts';

/** The same store; `times` counts its commits that succeeded. */
export function timedStore(
  store: Store,
  clock: Pick<Clock, 'monotonicMs'>,
  times: Pick<TimeCounts, 'note'>,
): Store {
  return {
    commit: (changes, owner) => {
      const beganMs = clock.monotonicMs();
      const stored = store.commit(changes, owner);
      stored.then(
        () => times.note(clock.monotonicMs() - beganMs),
        () => undefined,
      );
      // Itself, not what follows it: a store settles in the order of its calls, and a claim after it must not overtake.
      return stored;
    },
    recover: (nowMs, node) => store.recover(nowMs, node),
    renew: (owner, nowMs) => store.renew(owner, nowMs),
    recoverLapsed: (owner, nowMs) => store.recoverLapsed(owner, nowMs),
    claim: (claim, owner) => store.claim(claim, owner),
    take: (id, from, owner) => store.take(id, from, owner),
    takeExpired: (expiry, owner) => store.takeExpired(expiry, owner),
    matching: (match, limit) => store.matching(match, limit),
    find: (id) => store.find(id),
    findByShort: (counter) => store.findByShort(counter),
    findByUpstreamId: (connector, references, begins) =>
      store.findByUpstreamId(connector, references, begins),
    search: (query) => store.search(query),
    waitingIn: (lane, limit, beforeId) => store.waitingIn(lane, limit, beforeId),
    counts: () => store.counts(),
    tallies: () => store.tallies(),
    recount: () => store.recount(),
    purge: (beforeMs, onForget) => store.purge(beforeMs, onForget),
    ...(store.watch === undefined ? {} : { watch: store.watch.bind(store) }),
    ...(store.log === undefined ? {} : { log: store.log.bind(store) }),
    ...(store.look === undefined ? {} : { look: store.look.bind(store) }),
    close: () => store.close(),
  };
}

/** The store, which looks after the files of the entries, too: nothing is taken while either are gone. */
export function watchedTogether(store: Store, control: ControlStore | undefined): Store {
  if (store.look === undefined && control?.look === undefined) return store;
  const look = async (): Promise<StoreLook> => {
    const looks = [await store.look?.(), await control?.look?.()].filter((one) => one !== undefined);
    return {
      reports: looks.flatMap(({ reports }) => reports),
      restored: looks.reduce((sum, { restored }) => sum + restored, 0),
      failure: looks.find(({ failure }) => failure !== undefined)?.failure,
    };
  };
  return { ...store, look };
}

import { addressKey } from '../transport/address-key.ts';
import { Crowd, type Member } from './crowd.ts';
import type { ServerLimits } from './limits.ts';

/** A connection's place, from its acceptance to its end. */
export class Place implements Member {
  isBusy = false;
  /** Whom it counts for; behind a proxy the proxy itself, until its header has named the peer. */
  group: string;
  /** Whether binds from there have been accepted before, or it is known otherwise. */
  isKnown = false;
  isGone = false;
  readonly close: () => void;

  constructor(group: string, close: () => void) {
    this.group = group;
    this.close = close;
  }
}

/** Half of a small limit would leave no room for a few that come at once. */
const UNBOUND_MIN = 100;
/** Networks from which binds were accepted; those that came later count. */
const KNOWN_MAX = 10_000;

/**
 * The places of connections. Whoever has bound keeps its place. Where there is none left, one that has not bound makes
 * room: the eldest of the address that has most of them, so that those who only connect push out each other. One that
 * waits for our answer goes after those that we wait for, and one from an address that is known after all strangers.
 */
export class Places {
  /** Places that were taken away from connections which had not bound. */
  crowdedOut = 0;
  readonly #limits: ServerLimits;
  readonly #isKnown: (address: string) => boolean;
  readonly #strangers = new Crowd<Place>();
  readonly #acquainted = new Crowd<Place>();
  readonly #perAddress = new Map<string, number>();
  readonly #known = new Set<string>();
  #size = 0;

  /** `isKnown` is asked for each connection, so it must be quick. */
  constructor(limits: ServerLimits, isKnown: (address: string) => boolean) {
    this.#limits = limits;
    this.#isKnown = isKnown;
  }

  /** Places that are taken. */
  get size(): number {
    return this.#size;
  }

  /** Takes a place for a connection of a proxy, whose peer is not named yet; undefined: there is none. */
  enterUnnamed(proxy: string, close: () => void): Place | undefined {
    // A blank is in no address: the places of a proxy are not those of a peer.
    return this.#enter(new Place(`proxy ${proxy}`, close));
  }

  /** Takes a place; undefined: there is none. */
  enter(address: string, close: () => void): Place | undefined {
    const place = new Place('', close);
    this.#identify(place, address);
    if (!this.#hasRoomAt(place.group)) return undefined;
    const entered = this.#enter(place);
    if (entered !== undefined) this.#count(place.group, 1);
    return entered;
  }

  /** The peer behind a proxy is named. False: its address has no place left. */
  name(place: Place, address: string): boolean {
    this.#crowdOf(place).delete(place);
    this.#identify(place, address);
    if (!this.#hasRoomAt(place.group)) {
      // It is not counted for that address, so its end must not be.
      place.group = '';
      return false;
    }
    this.#count(place.group, 1);
    this.#crowdOf(place).add(place);
    return true;
  }

  /** The peer asks to bind: it waits for us. */
  asked(place: Place): void {
    place.isBusy = true;
  }

  /** Its bind was answered. Refused, we wait for it again; bound, it keeps its place, and its address is known. */
  answered(place: Place, isBound: boolean): void {
    place.isBusy = false;
    if (isBound) this.#bound(place);
  }

  /** The connection is over; it may be said again. */
  leave(place: Place): void {
    if (place.isGone) return;
    place.isGone = true;
    this.#size--;
    this.#crowdOf(place).delete(place);
    if (this.#perAddress.has(place.group)) this.#count(place.group, -1);
  }

  /** Those that are about to bind from the same address are no strangers any more. */
  #bound(place: Place): void {
    this.#crowdOf(place).delete(place);
    this.#known.delete(place.group);
    this.#known.add(place.group);
    if (this.#known.size > KNOWN_MAX) this.#known.delete(this.#known.values().next().value!);
    for (const other of this.#strangers.of(place.group)) {
      this.#strangers.delete(other);
      other.isKnown = true;
      this.#acquainted.add(other);
    }
  }

  #identify(place: Place, address: string): void {
    place.group = addressKey(address);
    place.isKnown = this.#known.has(place.group) || this.#isKnown(address);
  }

  #crowdOf(place: Place): Crowd<Place> {
    return place.isKnown ? this.#acquainted : this.#strangers;
  }

  /** Whether the address may have one more; for that, one of its own that has not bound goes. */
  #hasRoomAt(group: string): boolean {
    if ((this.#perAddress.get(group) ?? 0) < this.#limits.perAddress) return true;
    return this.#expel(this.#strangers.first(group) ?? this.#acquainted.first(group));
  }

  #enter(place: Place): Place | undefined {
    const { connections } = this.#limits;
    // A stranger takes no place away from somebody who is known.
    const eldest = this.#strangers.first() ?? (place.isKnown ? this.#acquainted.first() : undefined);
    if (this.#size >= connections && !this.#expel(eldest)) return undefined;
    this.#size++;
    this.#crowdOf(place).add(place);
    const unbound = Math.min(this.#limits.unbound, Math.max(UNBOUND_MIN, Math.floor(connections / 2)));
    if (this.#strangers.size > unbound) this.#expel(this.#strangers.first());
    return place;
  }

  #expel(place: Place | undefined): boolean {
    if (place === undefined) return false;
    this.crowdedOut++;
    // Its place is free now; its connection has ended a moment later.
    this.leave(place);
    place.close();
    return true;
  }

  #count(group: string, by: 1 | -1): void {
    const count = (this.#perAddress.get(group) ?? 0) + by;
    if (count > 0) this.#perAddress.set(group, count);
    else this.#perAddress.delete(group);
  }
}

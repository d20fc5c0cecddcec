/** Sessions that an account has at once, over all listeners, counted from the moment a bind is let in. */
import type { Session } from '@chappe/smpp';

/** The places of all accounts. */
export class Origins {
  /**
   * Weak, since nobody tells of a connection that ended between our word and its bind: what is gone takes no place,
   * and an account that never comes back keeps nothing alive.
   */
  readonly #taken = new Map<string, readonly WeakRef<Session>[]>();

  /** Takes a place; false when so many are taken. A session that is let in again keeps its place. */
  take(account: string, session: Session, most: number): boolean {
    const others = (this.#taken.get(account) ?? []).filter((place) => isTaken(place.deref(), session));
    const isFree = others.length < most;
    this.#taken.set(account, isFree ? [...others, new WeakRef(session)] : others);
    return isFree;
  }
}

/** Let in means bound, or about to be: a session that is refused after all stays open for some seconds only. */
function isTaken(session: Session | undefined, asking: Session): boolean {
  if (session === undefined || session === asking) return false;
  return session.state !== 'unbound' && session.state !== 'closed';
}

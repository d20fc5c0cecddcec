import { CenterError } from '../errors.ts';
import type { Owner } from '../store.ts';

const DEFAULT_LEASE_MS = 3_000;

interface Node {
  epoch: number;
  /** Infinity: nobody waits for it. */
  leaseEndMs: number;
}

/** Who the nodes of a store are, and for how long. */
export class MemoryOwners {
  readonly #nodes: readonly Node[];
  readonly #leaseMs: number;

  /** `nodes`: a power of two. */
  constructor(nodes = 1, leaseMs: number = nodes === 1 ? Number.POSITIVE_INFINITY : DEFAULT_LEASE_MS) {
    this.#nodes = Array.from({ length: nodes }, () => ({ epoch: 0, leaseEndMs: Number.POSITIVE_INFINITY }));
    this.#leaseMs = leaseMs;
  }

  /** A node begins; who was it before is fenced. Throws a CenterError. */
  begin(node: number, nowMs: number): Owner {
    const known = this.#nodes[node];
    const nodes = this.#nodes.length;
    if (known === undefined)
      throw new CenterError(
        'CHAPPE_STORE_FAILED',
        `the store has room for ${nodes} nodes, from 0 on: not for ${node}`,
      );
    known.epoch += 1;
    known.leaseEndMs = nowMs + this.#leaseMs;
    return { node, nodes, epoch: known.epoch, leaseMs: this.#leaseMs };
  }

  /** Why an owner may do nothing any more; undefined: it may, or it is none. */
  fenced(owner: Owner | undefined): CenterError | undefined {
    if (owner === undefined || this.#nodes[owner.node]?.epoch === owner.epoch) return undefined;
    return fencedError(owner);
  }

  /** Lengthens the lease of one that is not fenced. */
  renew({ node }: Owner, nowMs: number): void {
    const known = this.#nodes[node];
    if (known !== undefined) known.leaseEndMs = nowMs + this.#leaseMs;
  }

  /** The nodes, but for the owner itself, whose lease has run out: they are fenced from now on. */
  takeLapsed(owner: Owner, nowMs: number): readonly number[] {
    const lapsed: number[] = [];
    for (const [node, known] of this.#nodes.entries()) {
      if (node === owner.node || known.leaseEndMs > nowMs) continue;
      known.epoch += 1;
      known.leaseEndMs = Number.POSITIVE_INFINITY;
      lapsed.push(node);
    }
    return lapsed;
  }
}

/** What an owner is told whose place another has. */
export function fencedError({ node, epoch }: Owner): CenterError {
  const text = `another has the place of node ${node} since (this one is epoch ${epoch}): what it has not stored is lost to it; stop it, and start it again`;
  return new CenterError('CHAPPE_STORE_FENCED', text);
}

/** What is remembered of one account's last destinations, within bounds, to see whether they look made up. */

/** Numbers are kept as numbers: block and prefix are their leading digits. */
interface Block {
  sinceMs: number;
  /** The last three digits of the first number. */
  first: number;
  /** Different numbers seen. */
  distinct: number;
  /** One bit for each number, from the second on: most blocks never see one. */
  bits: Uint32Array | undefined;
  told: boolean;
}

/** Numbers of one block. */
export const blockNumbers = 1_000;
/**
 * Blocks remembered, the least recently used forgotten first: some 60 KB for an account that sends all over the world.
 * A block that gets more than one message in 512 of its account is never forgotten.
 */
const maxBlocks = 512;
/** Prefixes that were told; old ones are forgotten first. */
const maxTold = 64;
const wordBits = 32;

/** Different numbers in blocks of 1,000. */
export class BlockWatch {
  readonly #numbers: number;
  readonly #windowMs: number;
  /** Least recently used first. */
  readonly #blocks: Map<number, Block> = new Map();

  /** `numbers`: different ones of a block within `windowMs` that are too many. */
  constructor(numbers: number, windowMs: number) {
    this.#numbers = numbers;
    this.#windowMs = windowMs;
  }

  /** Notes number `low` (0 to 999) of a block. True: these are too many, told once per window of the block. */
  note(key: number, low: number, nowMs: number): boolean {
    const block = this.#used(key);
    if (nowMs - block.sinceMs >= this.#windowMs || nowMs < block.sinceMs) {
      block.sinceMs = nowMs;
      block.distinct = 0;
      block.told = false;
    }
    add(block, low);
    if (block.distinct < this.#numbers || block.told) return false;
    block.told = true;
    return true;
  }

  #used(key: number): Block {
    let block = this.#blocks.get(key);
    if (block !== undefined) this.#blocks.delete(key);
    else if (this.#blocks.size < maxBlocks)
      block = { sinceMs: 0, first: 0, distinct: 0, bits: undefined, told: false };
    else {
      const [oldest] = this.#blocks;
      if (oldest === undefined) throw new Error('a full map is not empty');
      block = oldest[1];
      this.#blocks.delete(oldest[0]);
      block.sinceMs = 0;
    }
    this.#blocks.set(key, block);
    return block;
  }
}

function add(block: Block, low: number): void {
  if (block.distinct === 0) {
    block.first = low;
    block.distinct = 1;
    return;
  }
  if (block.distinct === 1) {
    if (low === block.first) return;
    if (block.bits === undefined) block.bits = new Uint32Array(Math.ceil(blockNumbers / wordBits));
    else block.bits.fill(0);
    setBit(block.bits, block.first);
  }
  if (block.bits !== undefined && setBit(block.bits, low)) block.distinct += 1;
}

/** True when it was not set. */
function setBit(bits: Uint32Array, at: number): boolean {
  const word = Math.floor(at / wordBits);
  const before = bits[word] ?? 0;
  const after = before | (1 << (at % wordBits));
  bits[word] = after;
  return after >>> 0 !== before;
}

/** The shares of prefixes among the last messages, within the window. */
export class PrefixWatch {
  readonly #share: number;
  readonly #least: number;
  readonly #windowMs: number;
  /** The last messages as a ring, oldest at `#tail`. */
  readonly #prefixes: Int32Array;
  readonly #times: Float64Array;
  #tail = 0;
  #size = 0;
  readonly #counts: Map<number, number> = new Map();
  /** Prefixes told, and until when they are not told again. */
  readonly #toldUntilMs: Map<number, number> = new Map();

  /** `least`: messages that must have come within `windowMs` before a share of `share` (0 to 1) is too much. */
  constructor(share: number, least: number, windowMs: number, messages: number) {
    this.#share = share;
    this.#least = least;
    this.#windowMs = windowMs;
    this.#prefixes = new Int32Array(messages);
    this.#times = new Float64Array(messages);
  }

  /** Notes a message. The share of its prefix when that is too much, told once per window; else 0. */
  note(prefix: number, nowMs: number): number {
    const capacity = this.#prefixes.length;
    while (this.#size > 0 && nowMs - (this.#times[this.#tail] ?? 0) >= this.#windowMs) this.#drop();
    if (this.#size === capacity) this.#drop();
    const head = (this.#tail + this.#size) % capacity;
    this.#prefixes[head] = prefix;
    this.#times[head] = nowMs;
    this.#size += 1;
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    if (this.#size < this.#least || count < this.#share * this.#size) return 0;
    return this.#tell(prefix, nowMs) ? count / this.#size : 0;
  }

  #drop(): void {
    const prefix = this.#prefixes[this.#tail] ?? 0;
    const count = this.#counts.get(prefix) ?? 0;
    if (count > 1) this.#counts.set(prefix, count - 1);
    else this.#counts.delete(prefix);
    this.#tail = (this.#tail + 1) % this.#prefixes.length;
    this.#size -= 1;
  }

  #tell(prefix: number, nowMs: number): boolean {
    const untilMs = this.#toldUntilMs.get(prefix);
    // A time further ahead than a window was written before the clock was set back.
    if (untilMs !== undefined && nowMs < untilMs && untilMs - nowMs <= this.#windowMs) return false;
    this.#toldUntilMs.delete(prefix);
    if (this.#toldUntilMs.size === maxTold) {
      const [oldest = prefix] = this.#toldUntilMs.keys();
      this.#toldUntilMs.delete(oldest);
    }
    this.#toldUntilMs.set(prefix, nowMs + this.#windowMs);
    return true;
  }
}

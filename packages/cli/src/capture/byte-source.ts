/** Octets of a file or pipe, asked for in exact portions, so that a capture of any size needs little memory. */

/** Reads portions from chunks of any size. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `octets`; fewer, possibly none, when the input ends before. */
  async take(octets: number): Promise<Uint8Array> {
    if (this.#chunk.length - this.#at >= octets) return this.#cut(octets);
    const parts = [this.#cut(this.#chunk.length - this.#at)];
    let have = parts[0]!.length;
    while (have < octets) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      this.#chunk = next.value;
      this.#at = 0;
      const part = this.#cut(Math.min(octets - have, this.#chunk.length));
      parts.push(part);
      have += part.length;
    }
    return Buffer.concat(parts);
  }

  #cut(octets: number): Uint8Array {
    const part = this.#chunk.subarray(this.#at, this.#at + octets);
    this.#at += octets;
    return part;
  }
}

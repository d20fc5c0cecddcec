/** Latencies in a table of fixed size: percentiles to 1.6 % of the value, whatever their number. */

// Each power of two of microseconds is cut into 64 steps; 2^36 us are 19 hours.
const stepsPerPower = 64;
const stepBits = 6;
const powers = 36;

/** Collects durations. */
export class Latencies {
  readonly #counts = new Float64Array((powers + 1) * stepsPerPower);
  #count = 0;
  #maxMs = 0;
  #sumMs = 0;

  get count(): number {
    return this.#count;
  }

  /** 0 when there are none. */
  get maxMs(): number {
    return this.#maxMs;
  }

  get meanMs(): number {
    return this.#count === 0 ? 0 : this.#sumMs / this.#count;
  }

  /** Takes one duration in milliseconds; negative ones count as 0. */
  record(ms: number): void {
    const micros = ms > 0 ? ms * 1000 : 0;
    this.#counts[indexOf(micros)]! += 1;
    this.#count += 1;
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** The duration below which that part (0 to 1) of all lies, in milliseconds; 0 when there are none. */
  percentile(part: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(part * this.#count));
    let seen = 0;
    for (let index = 0; index < this.#counts.length; index++) {
      seen += this.#counts[index]!;
      if (seen >= rank) return Math.min(upperMicros(index) / 1000, this.#maxMs);
    }
    return this.#maxMs;
  }
}

function indexOf(micros: number): number {
  if (micros < stepsPerPower) return Math.floor(micros);
  const power = Math.min(Math.floor(Math.log2(micros)), powers - 1 + stepBits);
  const step = Math.floor(micros / 2 ** (power - stepBits)) - stepsPerPower;
  return Math.min((power - stepBits + 1) * stepsPerPower + step, (powers + 1) * stepsPerPower - 1);
}

/** The upper end of a step. */
function upperMicros(index: number): number {
  if (index < stepsPerPower) return index + 1;
  const power = Math.floor(index / stepsPerPower) - 1;
  return ((index % stepsPerPower) + stepsPerPower + 1) * 2 ** power;
}

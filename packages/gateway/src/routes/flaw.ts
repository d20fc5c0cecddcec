/** What is wrong with a table of rules. */

/** One flaw of one rule. */
export interface RouteFlaw {
  readonly route: string;
  /** Its place in the settings, from 0. */
  readonly index: number;
  /** Where in the rule: `to`, `action.groups.0.1.weight`. */
  readonly field: string;
  /** `error`: the table is not taken. `warning`: it is, but something in it is hardly meant. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what to do. */
  readonly message: string;
}

// More than anybody mends at one go; a table of 100,000 wrong lines must not make as many words.
const maxFlaws = 1_000;

/** Gathers flaws, at most 1,000. */
export class FlawList {
  readonly #flaws: RouteFlaw[] = [];

  /** All so far. */
  get flaws(): readonly RouteFlaw[] {
    return this.#flaws;
  }

  /** For the flaws of one rule. */
  of(route: string, index: number): FlawSink {
    const add = (severity: RouteFlaw['severity'], field: string, message: string): void => {
      if (this.#flaws.length < maxFlaws) this.#flaws.push({ route, index, field, severity, message });
    };
    return {
      error: (field, message) => add('error', field, message),
      warn: (field, message) => add('warning', field, message),
    };
  }
}

/** Takes the flaws of one rule. */
export interface FlawSink {
  error(field: string, message: string): void;
  warn(field: string, message: string): void;
}

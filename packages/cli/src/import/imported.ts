/** What is made of another product's configuration. */

/** What could not be carried over, and what to do about it. */
export interface Note {
  /** Line of the file that was read, from 1. */
  readonly line: number;
  readonly text: string;
}

/** A password that is kept in a file of its own. */
export interface ImportedSecret {
  /** Name of that file, in the folder of secrets. */
  readonly name: string;
  readonly value: string;
  /** Where it stood. */
  readonly line: number;
}

/** A value of our configuration, as YAML has it. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml | undefined };

/** A configuration of ours. */
export interface Imported {
  readonly config: Yaml;
  readonly secrets: readonly ImportedSecret[];
  readonly notes: readonly Note[];
}

/** Where secrets are, as seen from the configuration. */
export const secretsFolder = 'secrets';

/** Gathers what a reader finds. */
export class Findings {
  readonly notes: Note[] = [];
  readonly secrets: ImportedSecret[] = [];
  readonly #names: Map<string, Set<string>> = new Map();

  note(line: number, text: string): void {
    this.notes.push({ line, text });
  }

  /** A name of ours for one of theirs: letters, digits, dots and dashes, and given once for each kind of thing. */
  nameFor(kind: string, theirs: string): string {
    const taken = this.#names.get(kind) ?? new Set(['handsets']);
    this.#names.set(kind, taken);
    const plain = theirs.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
    const stem = plain === '' ? kind : plain.slice(0, 50);
    let name = stem;
    for (let count = 2; taken.has(name); count += 1) name = `${stem}-${count}`;
    taken.add(name);
    return name;
  }

  /** The reference to a secret, whose value goes into a file. */
  secret(kind: string, owner: string, value: string, line: number): string {
    const name = this.nameFor('secret', `${kind}-${owner}`);
    this.secrets.push({ name, value, line });
    return `file:${secretsFolder}/${name}`;
  }
}

/** A text of theirs as a value of ours: what we would read as a variable is none. */
export function literal(text: string): string {
  return text.split('${').join('$${');
}

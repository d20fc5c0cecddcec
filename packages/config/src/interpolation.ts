/** `${NAME}` and `${NAME:-default}` in values. */

/** Variables of the process. */
export type Environment = { readonly [name: string]: string | undefined };

/** A text with its variables filled in, or the name of one that is not set. */
export type Interpolated = { readonly text: string } | { readonly missing: string };

const reference = /\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Fills in the variables of a text. `$${` stands for `${`; a default counts also for a variable that is empty. */
export function interpolate(written: string, env: Environment): Interpolated {
  if (!written.includes('${')) return { text: written };
  let missing: string | undefined;
  const text = written.replace(reference, (_, escaped: string | undefined, name = '', fallback?: string) => {
    if (escaped !== undefined) return escaped;
    const value = env[name];
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined) missing ??= name;
    return value ?? '';
  });
  return missing === undefined ? { text } : { missing };
}

/** True where every character of a text comes from variables: it shows no value. */
export function isOnlyReferences(written: string): boolean {
  return written.includes('${') && written.replace(/\$\{[A-Za-z_][A-Za-z0-9_]*\}/g, '') === '';
}

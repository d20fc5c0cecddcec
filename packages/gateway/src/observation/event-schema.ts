/** The part of JSON Schema that events are described in, and the types that are made of it: neither can differ from the other. */

/** Names of types in JSON Schema, and what they are here. */
interface TypeNames {
  readonly string: string;
  readonly integer: number;
  readonly number: number;
  readonly boolean: boolean;
  readonly null: null;
}

type TypeName = keyof TypeNames;

/** One value as JSON Schema describes it. */
export interface ValueSchema {
  readonly type?: TypeName | 'object' | 'array' | readonly (TypeName | 'object')[];
  readonly enum?: readonly (string | number | null)[];
  readonly const?: string | number;
  readonly format?: 'date-time';
  readonly description?: string;
  readonly properties?: { readonly [name: string]: ValueSchema };
  readonly required?: readonly string[];
  readonly items?: ValueSchema;
  readonly additionalProperties?: ValueSchema;
}

type Flat<T> = { readonly [K in keyof T]: T[K] };

type ObjectOf<P, R> = Flat<
  { readonly [K in keyof P as K extends R ? K : never]: TypeOf<P[K]> } & {
    readonly [K in keyof P as K extends R ? never : K]?: TypeOf<P[K]> | undefined;
  }
>;

type NamedType<N> = N extends TypeName ? TypeNames[N] : never;

/** The type of the values that a schema describes. Members that are not required may be left out. */
export type TypeOf<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly properties: infer P; readonly required: readonly (infer R)[] }
    ? ObjectOf<P, R> | (S extends { readonly type: readonly string[] } ? null : never)
    : S extends { readonly additionalProperties: infer V }
      ? { readonly [name: string]: TypeOf<V> }
      : S extends { readonly items: infer I }
        ? readonly TypeOf<I>[]
        : S extends { readonly type: readonly (infer N)[] }
          ? NamedType<N>
          : S extends { readonly type: infer N }
            ? NamedType<N>
            : never;

/** A promise as libraries make them: any object with a `then`, and no `Promise`. */
export function thenable<T>(
  then: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): PromiseLike<T> {
  return { then } as PromiseLike<T>;
}

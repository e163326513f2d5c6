/** An answer that is there at once is given at once: a promise costs the hot path a turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value as soon as it is known: at once where it is. What `next` throws at once, this throws at once. */
export function whenKnown<T, U>(
  value: MaybePromise<T>,
  next: (known: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

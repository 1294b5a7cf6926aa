/** Steps one after the other, in the order in which they came; at once, and without a promise, when nobody waits. */
export class Turns {
  #last: Promise<unknown> | undefined;

  run<T>(step: () => T | Promise<T>): T | Promise<T> {
    const result = this.#last === undefined ? step() : this.#last.then(step);
    if (!isThenable(result)) return result;
    const promise = Promise.resolve(result);
    const done = (): void => {
      if (this.#last === last) this.#last = undefined;
    };
    const last: Promise<unknown> = promise.then(done, done);
    this.#last = last;
    return promise;
  }
}

/** True for whatever answers later: a promise of another realm, and of other libraries, too. */
export function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as PromiseLike<Value> | undefined)?.then === "function";
}

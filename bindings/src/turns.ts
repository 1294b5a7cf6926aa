/** Steps one after the other, in the order in which they came; at once, and without a promise, when nobody waits. */
export class Turns {
  #last: Promise<unknown> | undefined;

  run<T>(step: () => T | Promise<T>): T | Promise<T> {
    const result = this.#last === undefined ? step() : this.#last.then(step);
    if (!(result instanceof Promise)) return result;
    const done = (): void => {
      if (this.#last === last) this.#last = undefined;
    };
    const last: Promise<unknown> = result.then(done, done);
    this.#last = last;
    return result;
  }
}

/** Wakes those who wait in this process at once; those in others look again from time to time. */

const waiting = new WeakMap<object, Set<() => void>>();

/** Something may have changed in a store. */
export function changed(store: object): void {
  for (const wake of [...(waiting.get(store) ?? [])]) wake();
}

export interface Change {
  /** Until something may have changed, or at most so long. @throws what the signal was aborted with. */
  within(ms: number): Promise<void>;
  stop(): void;
}

export function untilChange(store: object, signal: AbortSignal | undefined): Change {
  const wakers = waiting.get(store) ?? new Set();
  waiting.set(store, wakers);
  let isChanged = false;
  let resolve = (): void => {};
  const wake = (): void => {
    isChanged = true;
    resolve();
  };
  wakers.add(wake);
  signal?.addEventListener("abort", wake);
  return {
    async within(ms) {
      if (isChanged) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      try {
        await new Promise<void>((done) => {
          resolve = done;
          timer = setTimeout(done, ms);
        });
      } finally {
        clearTimeout(timer);
      }
      signal?.throwIfAborted();
    },
    stop() {
      wakers.delete(wake);
      signal?.removeEventListener("abort", wake);
    },
  };
}

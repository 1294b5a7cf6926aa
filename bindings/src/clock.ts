/**
 * What the library asks of its surroundings, in one place: the time, chance, and which guarded body is running. None of
 * it reaches a decision except as a recorded part of the request.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();

const UTC_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/;

/**
 * Milliseconds of a UTC date (`2026-12-01`) or time (`2026-12-01T09:30:00Z`); undefined when the text is neither. A time
 * without `Z` would mean something else in every time zone, so it is refused.
 */
export function parseUtc(text: string): number | undefined {
  if (!UTC_TIME.test(text)) return undefined;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

const SALT_BYTES = 32;
const SALTS_PER_DRAW = 64;
let pool = new Uint8Array(0);
let poolAt = 0;

/** 32 fresh random bytes. Drawn in batches: asking the system costs more than deciding. */
export function randomSalt(): Uint8Array {
  if (poolAt === pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(SALT_BYTES * SALTS_PER_DRAW));
    poolAt = 0;
  }
  const salt = pool.subarray(poolAt, poolAt + SALT_BYTES);
  poolAt += SALT_BYTES;
  return salt;
}

/** Carries one value from a function to everything it calls, across awaits where the runtime can. */
export interface Carrier<T> {
  run<R>(value: T, body: () => R): R;
  get(): T | undefined;
}

interface AsyncHooks {
  readonly AsyncLocalStorage: new <T>() => { run<R>(value: T, body: () => R): R; getStore(): T | undefined };
}

/**
 * A carrier. Node (20.16 and later), Deno, Bun and workers with Node compatibility carry the value across awaits.
 * Elsewhere it lasts until the body's first await and is then gone, never wrong: two bodies cannot see each other's.
 */
export function createCarrier<T>(): Carrier<T> {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  const hooks = host?.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined;
  if (hooks?.AsyncLocalStorage === undefined) return createSyncCarrier();
  const storage = new hooks.AsyncLocalStorage<T>();
  return { run: (value, body) => storage.run(value, body), get: () => storage.getStore() };
}

/** The carrier of runtimes without asynchronous context. */
export function createSyncCarrier<T>(): Carrier<T> {
  let current: T | undefined;
  return {
    run(value, body) {
      const outer = current;
      current = value;
      try {
        return body();
      } finally {
        current = outer;
      }
    },
    get: () => current,
  };
}

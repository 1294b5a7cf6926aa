/**
 * Calls through the public library, from plain objects: what depends on the host's JavaScript engine (sorting, numbers,
 * text, object inspection) must not show in a decision.
 */

/** What this suite needs of `permit0`. */
export type CreatePermit = (options: { clock: () => number; salt: "zero" }) => {
  check(call: {
    readonly tool: string;
    readonly args: object;
    readonly context?: { readonly session: string; readonly environment: string };
  }): Promise<{ readonly verdict: string; readonly record: Uint8Array }>;
};

export interface LibraryCase {
  readonly why: string;
  readonly args: () => object;
  /** `decided`, or the code of the error. */
  readonly wanted: string;
}

const TIME_MS = 1_764_000_000_000;

export const LIBRARY_CASES: readonly LibraryCase[] = [
  { why: "no arguments", args: () => ({}), wanted: "decided" },
  {
    why: "keys in another order than their bytes",
    args: () => ({ b: 1, a: 2, B: 3, é: 4, z: 5 }),
    wanted: "decided",
  },
  { why: "keys that look like positions", args: () => ({ 10: "x", 9: "y", "01": "z" }), wanted: "decided" },
  {
    why: "keys of many planes, ordered by bytes",
    args: () => ({ "𝄞": 1, "\uffee": 2, ﬀ: 3 }),
    wanted: "decided",
  },
  {
    why: "numbers at every border",
    args: () => ({
      list: [0, -0, 127, 128, -32, -33, 2 ** 32, 2 ** 53, -(2 ** 63), 2 ** 63, 1e21, 0.1, 5e-324],
    }),
    wanted: "decided",
  },
  {
    why: "big integers at their ends",
    args: () => ({ list: [2n ** 64n - 1n, -(2n ** 63n), 0n] }),
    wanted: "decided",
  },
  {
    why: "bytes",
    args: () => ({ bytes: Uint8Array.from({ length: 300 }, (_, at) => at) }),
    wanted: "decided",
  },
  { why: "long text of two-byte letters", args: () => ({ text: "ß".repeat(5000) }), wanted: "decided" },
  {
    why: "a secret in a mail",
    args: () => ({ to: "max@example.net", body: "key: AKIA" }),
    wanted: "decided",
  },
  { why: "a lone surrogate", args: () => ({ text: "\ud800" }), wanted: "value_surrogate" },
  { why: "not a number", args: () => ({ amount: Number.NaN }), wanted: "value_not_finite" },
  { why: "a date", args: () => ({ at: new Date(TIME_MS) }), wanted: "value_unsupported" },
  { why: "a hole", args: () => ({ list: new Array(3) }), wanted: "value_hole" },
  { why: "a function", args: () => ({ run: () => 1 }), wanted: "value_unsupported" },
  {
    why: "a getter",
    args: () => ({
      get now() {
        return TIME_MS;
      },
    }),
    wanted: "value_accessor",
  },
  { why: "a symbol key", args: () => ({ [Symbol.iterator]: 1 }), wanted: "value_symbol" },
  {
    why: "an object that holds itself",
    args: () => {
      const circle: Record<string, unknown> = {};
      circle.self = circle;
      return circle;
    },
    wanted: "value_cycle",
  },
  { why: "an integer beyond 64 bits", args: () => ({ n: 2n ** 64n }), wanted: "value_integer_range" },
];

/** The outcome in one word, and everything the host could have changed. */
export async function libraryAnswer(
  createPermit: CreatePermit,
  example: LibraryCase,
): Promise<{ outcome: string; text: string }> {
  const permit = createPermit({ clock: () => TIME_MS, salt: "zero" });
  try {
    const decision = await permit.check({
      tool: "send_email",
      args: example.args(),
      context: { session: "hosts", environment: "production" },
    });
    return { outcome: "decided", text: JSON.stringify(decision) };
  } catch (error) {
    const { code, path } = error as { code?: unknown; path?: unknown };
    if (typeof code !== "string") throw error;
    return { outcome: code, text: `${code} ${path}` };
  }
}

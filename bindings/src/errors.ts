/**
 * One typed error for everything that is wrong before a decision exists. A denial is never an error of this kind: it
 * is a decision. Each message says where, what was wanted, what came and what to do.
 */

/**
 * What to do about each error, by its code. The codes of the first three groups are the engine's own statuses
 * (taxonomy/wire.yaml); docs/errors.md lists the whole table with more words.
 */
export const ADVICE = {
  // The bytes of a request that the host did not write itself.
  request_too_large: "Deny the call, or send large texts by reference.",
  cmp_truncated: "Encode the request with this library, or see docs/format/cmp1.md.",
  cmp_type: "Encode the request with this library, or see docs/format/cmp1.md.",
  cmp_not_shortest: "Encode the request with this library, or see docs/format/cmp1.md.",
  cmp_utf8: "Encode the request with this library, or see docs/format/cmp1.md.",
  cmp_key_type: "Encode the request with this library, or see docs/format/cmp1.md.",
  cmp_key_order: "Encode the request with this library, or see docs/format/cmp1.md.",
  cmp_depth: "Send the value less deeply nested, or as text.",
  cmp_trailing: "Send exactly one request at a time.",
  cmp_float: "Encode the request with this library, or see docs/format/cmp1.md.",
  cmp_nodes: "Send fewer values, or send them as text.",

  // A request that says something the format does not allow: docs/format/request.md.
  key_unknown: "Remove the key, or correct its spelling.",
  key_reserved: "Leave the key out until a version that knows it.",
  key_missing: "Add the key.",
  value_type: "Send the wanted type.",
  value_range: "Stay within the bounds.",
  value_unknown: "Use one of the listed words.",
  version_unsupported: "Use the library and the engine of one release.",
  call_form: "Send either tool and args, or action and fields.",
  action_unknown: "See `permit0 taxonomy search`, or send the tool and its arguments instead.",
  field_unknown: "See `permit0 taxonomy show` for the fields of the action.",
  image_mismatch: "Send the digest of the image that this engine has loaded.",

  // Loading a policy, and the one limit of the answer.
  image_missing: "Load an image first.",
  image_too_large: "Compile a policy with fewer packs, sets or rows.",
  image_magic: "Give the file that `permit0 compile -o` wrote.",
  image_version: "Compile the policy again with this release.",
  image_digest: "The file was changed or cut short. Compile the policy again, and find out who changed it.",
  image_structure: "The file was not written by this compiler. Compile the policy again.",
  image_loaded: "Open another engine for another policy.",
  record_too_large: "Shorten the texts of the policy's obligations, or ask for fewer of them.",

  // Values that have no canonical bytes.
  value_undefined: "Leave the member out, or send null.",
  value_unsupported: "Send plain objects, arrays, text, booleans, finite numbers, bigint or Uint8Array.",
  value_not_finite: "Send a finite number, or text.",
  value_surrogate: "Send well-formed text.",
  value_integer_range: "Send the number as text.",
  value_cycle: "Send a value that does not contain itself.",
  value_accessor: "Send a copy with plain members.",
  value_symbol: "Send a copy without symbol keys.",
  value_hole: "Send null for an empty place of an array.",
  value_prototype: "Something added a member to Object.prototype. Find out what did, and stop it.",

  // JSON text given to the command line.
  json_syntax: "Correct the JSON text.",
  json_duplicate_key: "Keep one of the two members: readers disagree about which one counts.",

  // Opening an engine.
  engine_invalid: "Give the file core.wasm of this release.",
  engine_unexpected: "Get the engine again from a source you trust, and find out who changed it.",
  image_unexpected: "Get the image again from a source you trust, and find out who changed it.",
  engine_fault: "Deny the call, and report the request that caused it.",

  // The library.
  option_unknown: "Remove the option, or correct its spelling.",
  option_type: "Give the wanted value.",
  shadow_range: "Choose an end at most 30 days from now.",
  obligation_unmet: "Meet the obligations, and name them in createPermit({ obligations: [...] }).",
  actor_conflict: "Name the actor once: in the context when the host vouches for it, else in the fields.",
  never_asked: "Call `await permit.require(...)` before the guarded function acts.",
  memory_missing:
    "Give the permit a memory, createPermit({ memory }), and a policy that keeps such histories.",
  event_denied: "Nothing was kept. Keep the agent from going on until it is, or try again.",
  record_malformed: "Give the bytes of one record, as `permit0 check --record-out` writes them.",
} as const;

/** A code of {@link EngineError}. Codes are stable; messages are not. */
export type ErrorCode = keyof typeof ADVICE;

/** Where something is wrong and in what way. */
export interface ErrorDetail {
  /** Place, from the outside in: `context.roles[2]`, `args.items[0].price`. */
  readonly path?: string;
  /** What would have been right. */
  readonly wanted?: string;
  /** What was there instead, shortened: never more than 80 characters of a caller's text. */
  readonly came?: string;
  /** Said instead of the general advice of the code. */
  readonly advice?: string;
  /** Byte offset in the request or image, when bytes were given. */
  readonly offset?: number;
  readonly cause?: unknown;
}

/**
 * An error with a code that never changes: where, what was wanted, what came and what to do, as text and as data.
 * `Fact` is the type of what stands in the data beside texts.
 */
export abstract class CodedError<Code extends string, Fact = never> extends Error {
  readonly code: Code;
  readonly path: string | undefined;
  readonly wanted: string | undefined;
  readonly came: string | undefined;
  readonly advice: string;

  /** @param general advice of the code, where the detail has none. */
  constructor(
    code: Code,
    { path, wanted, came, advice, cause }: Omit<ErrorDetail, "offset">,
    general: string,
  ) {
    super(
      sentenceOf(code, { path, wanted, came }, advice ?? general),
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.path = path;
    this.wanted = wanted;
    this.came = came;
    this.advice = advice ?? general;
  }

  /** The same facts as data, for logs and for `--json`. */
  toJSON(): Record<string, string | Fact> {
    const { code, message, path, wanted, came, advice } = this;
    return {
      code,
      message,
      ...(path === undefined ? {} : { path }),
      ...(wanted === undefined ? {} : { wanted }),
      ...(came === undefined ? {} : { came }),
      advice,
    };
  }
}

/**
 * The caller asked for something that cannot be decided. Nothing was decided, so nothing may run.
 *
 * @example
 * try {
 *   await permit.check({ tool: "send_email", args: { to: undefined } });
 * } catch (error) {
 *   if (error instanceof EngineError) console.error(error.code, error.path); // value_undefined args.to
 * }
 */
export class EngineError extends CodedError<ErrorCode, number> {
  override readonly name = "EngineError";
  readonly offset: number | undefined;

  constructor(code: ErrorCode, detail: ErrorDetail = {}) {
    super(code, detail, ADVICE[code]);
    this.offset = detail.offset;
  }

  override toJSON(): Record<string, string | number> {
    const { advice, ...facts } = super.toJSON();
    return { ...facts, ...(this.offset === undefined ? {} : { offset: this.offset }), advice } as Record<
      string,
      string | number
    >;
  }
}

/** Where, what was wanted, what came, and what to do. */
function sentenceOf(
  code: string,
  { path, wanted, came }: { [name in "path" | "wanted" | "came"]: string | undefined },
  advice: string,
): string {
  const parts: string[] = [code];
  // The whole has no place.
  if (path !== undefined && path !== "") parts.push(`: ${path}`);
  if (wanted !== undefined) parts.push(`: wanted ${wanted}`);
  if (came !== undefined) parts.push(`${wanted === undefined ? ":" : ","} came ${came}`);
  return `${parts.join("")}. ${advice}`;
}

const SHOWN_CHARACTERS_MAX = 60;

/** A short, one-line picture of a value for an error message. Control characters are escaped by JSON. */
export function shown(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  switch (typeof value) {
    case "string": {
      const cut = value.length > SHOWN_CHARACTERS_MAX ? `${value.slice(0, SHOWN_CHARACTERS_MAX)}…` : value;
      return `the text ${JSON.stringify(cut)}`;
    }
    case "number":
    case "boolean":
      return `${value}`;
    case "bigint":
      return `${value}n`;
    case "object":
      if (Array.isArray(value)) return `an array of ${value.length}`;
      if (value instanceof Uint8Array) return `${value.length} bytes`;
      return "an object";
    default:
      return `a ${typeof value}`;
  }
}

/** What is said of a name that nobody would read: a misspelt one must not be left out in silence. */
export function unknownDetail(path: string, name: string, known: readonly string[]): ErrorDetail {
  const meant = nearest(name, known);
  return {
    path,
    wanted: `one of ${known.join(", ")}`,
    came: shown(name),
    ...(meant === undefined ? {} : { advice: `Did you mean ${meant}?` }),
  };
}

export function unknownName(
  code: "key_unknown" | "option_unknown",
  path: string,
  name: string,
  known: readonly string[],
): EngineError {
  return new EngineError(code, unknownDetail(path, name, known));
}

/** The candidate that a misspelt word probably meant: at most two edits away, and closer than half its length. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestEdits = 3;
  for (const candidate of candidates) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestEdits);
    if (edits < bestEdits && edits * 2 < Math.max(candidate.length, 3)) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours between two words; `limit` when at least that many. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit || from.length > 64) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let edits = Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) edits = Math.min(edits, (before[column - 2] as number) + 1);
      current.push(edits);
    }
    before = previous;
    previous = current;
  }
  return Math.min(previous[to.length] as number, limit);
}

/** What can be wrong with a value, with bytes, or with JSON text. One list, because hosts switch on it. */
export type CodecCode =
  // A value that has no encoding.
  | "value_undefined"
  | "value_unsupported"
  | "value_not_finite"
  | "value_integer_range"
  | "value_surrogate"
  | "value_accessor"
  | "value_symbol"
  | "value_hole"
  | "value_cycle"
  | "value_prototype"
  // Bytes that no encoder wrote. The Wasm refuses the same bytes under the same names.
  | "cmp_truncated"
  | "cmp_trailing"
  | "cmp_type"
  | "cmp_not_shortest"
  | "cmp_utf8"
  | "cmp_key_type"
  | "cmp_key_order"
  | "cmp_float"
  // JSON text.
  | "json_syntax"
  | "json_duplicate_key"
  // Every way.
  | "cmp_depth"
  | "too_large";

/** Where something was refused, in the words of the side that refused it. */
export interface CodecPlace {
  /** `args.items[3].price`: a place in a value or in JSON text. Empty for the outermost value. */
  readonly path?: string;
  /** Bytes from the start of a document. */
  readonly offset?: number;
  /** First line and first column of a text are 1; columns count UTF-16 units. */
  readonly line?: number;
  readonly column?: number;
}

/**
 * A value that CMP/1 cannot carry, bytes that are not CMP/1, or JSON text with two readings.
 * The message says where, what was wanted and what came; the members say the same to programs.
 */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly code: CodecCode;
  readonly path: string | undefined;
  readonly offset: number | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly wanted: string;
  readonly came: string;

  constructor(code: CodecCode, place: CodecPlace, wanted: string, came: string) {
    super(`${code}: ${placeText(place)}wanted ${wanted}, came ${came}`);
    this.code = code;
    this.path = place.path;
    this.offset = place.offset;
    this.line = place.line;
    this.column = place.column;
    this.wanted = wanted;
    this.came = came;
  }
}

function placeText(place: CodecPlace): string {
  const parts: string[] = [];
  if (place.line !== undefined) parts.push(`line ${place.line}:${place.column}`);
  if (place.offset !== undefined) parts.push(`byte ${place.offset}`);
  if (place.path) parts.push(place.path);
  return parts.length > 0 ? `${parts.join(": ")}: ` : "";
}

const PLAIN_NAME = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const SHOWN_LENGTH_MAX = 60;

/** A path with one more step: `args` and `items` give `args.items`; 3 gives `args[3]`; odd keys are quoted and escaped. */
export function pathWith(path: string, step: string | number): string {
  if (typeof step === "number") return `${path}[${step}]`;
  if (step.length > SHOWN_LENGTH_MAX || !PLAIN_NAME.test(step)) return `${path}[${quoted(step)}]`;
  return path === "" ? step : `${path}.${step}`;
}

/** Text from an untrusted source as printable ASCII in quotes, cut to 60 characters. */
export function quoted(text: string): string {
  const cut = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}...` : text;
  return JSON.stringify(cut).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

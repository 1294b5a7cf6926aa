/** Writes requests from plain JavaScript objects, for tests. */
import { utf8 } from "./bytes.ts";
import { type Node, readCmp, type Writable, writeCmp } from "./cmp.ts";

/** Plain values: text is Unicode, numbers become int or float64 as CMP/1 says, Uint8Array becomes bin. */
export type Plain =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Plain[]
  | { [key: string]: Plain | undefined };

export function doubleBits(value: number): bigint {
  return new BigUint64Array(new Float64Array([value]).buffer)[0] as bigint;
}

export function toWritable(value: Plain): Writable {
  if (typeof value === "string") return utf8(value);
  if (typeof value === "number") {
    const isInt = Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64;
    return isInt ? BigInt(value) : { bits: doubleBits(value) };
  }
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(toWritable);
  const map = new Map<string, Writable>();
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) map.set(utf8(key), toWritable(member));
  }
  return map;
}

export function encode(value: Plain): Uint8Array {
  return writeCmp(toWritable(value));
}

/** The tree of a plain value, as a reader of its bytes sees it. */
export function toNode(value: Plain): Node {
  return readCmp(encode(value));
}

export interface RequestSource {
  tool?: string;
  args?: Plain;
  server?: string;
  annotations?: Plain;
  action?: string;
  fields?: Plain;
  event?: Plain;
  seen?: Uint8Array;
  context?: { [key: string]: Plain | undefined };
  mode?: string;
  binding?: string;
  durability?: string;
  salt?: Uint8Array;
  engine?: Uint8Array;
  approval?: Plain;
  reviewer?: Plain;
  /** Id and digest of each history. */
  cells?: [Uint8Array, Uint8Array][];
}

/** A request for the image of digest `image`; what is not given takes an ordinary value. */
export function encodeRequest(source: RequestSource, image: Uint8Array): Uint8Array {
  return encode({
    v: 1,
    mode: source.mode ?? "enforce",
    binding: source.binding ?? "advisory",
    durability: source.durability ?? "none",
    salt: source.salt ?? new Uint8Array(32),
    engine: source.engine ?? new Uint8Array(32),
    image,
    context: { time_ms: 1_800_000_000_000, asserted_by: {}, ...source.context },
    tool: source.tool,
    args: source.args,
    server: source.server,
    annotations: source.annotations,
    action: source.action,
    fields: source.fields,
    event: source.event,
    seen: source.seen,
    approval: source.approval,
    reviewer: source.reviewer,
    cells: source.cells,
  });
}

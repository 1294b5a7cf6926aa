/** Whose histories a part of a call touches (docs/format/cell.md, section 1), and what it is in them (section 3). */
import { sha256 } from "./bytes.ts";
import { CELL_DOMAIN, NUMBER_MAX, U32_MAX } from "./cells.ts";
import { writeCmp } from "./cmp.ts";
import type { Facts, Value } from "./extract.ts";
import type { Action, Image } from "./image.ts";
import type { CellKind } from "./image-cells.ts";
import type { Context } from "./request.ts";
import { fieldNumber } from "./wire.ts";

/** The key of one kind for one part, as an id. */
export interface Key {
  /** Null: there is none. */
  id: Uint8Array | null;
  /** There is none because something could not be read, or there were several. */
  several: boolean;
}

/** What a part of a call is in a history. */
export interface Weight {
  amount: bigint;
  target: bigint;
  units: bigint;
}

const NO_KEY: Key = { id: null, several: false };

export function cellId(keySalt: Uint8Array, kind: string, texts: string[]): Uint8Array {
  return sha256(CELL_DOMAIN, keySalt, writeCmp([kind, ...texts]));
}

/** The keys of a part, one for each kind of the image. */
export function keysOf(
  image: Image,
  action: Action,
  facts: Facts,
  context: Context,
  keySalt: Uint8Array,
): Key[] {
  return image.cells.map((kind) => keyOf(kind, image, action, facts, context, keySalt));
}

function keyOf(
  kind: CellKind,
  image: Image,
  action: Action,
  facts: Facts,
  context: Context,
  keySalt: Uint8Array,
): Key {
  if (kind.source !== "fields") return keyBeside(kind, context, keySalt);
  if (![...action.tallies].some((index) => image.tallies[index]?.cell === kind.index)) return NO_KEY;
  const texts: string[] = [];
  let several = false;
  for (const number of kind.fields) {
    const field = facts.fields.get(number);
    if (field === undefined) continue;
    if (field.malformed || field.values.length > 1) several = true;
    else if (field.values.length === 1) texts.push(textOf(field.values[0] as Value));
  }
  if (several || texts.length < kind.fields.length) return { id: null, several };
  return { id: cellId(keySalt, kind.name, texts), several: false };
}

/** The key of a kind that asks nothing of a part. */
export function keyBeside(kind: CellKind, context: Context, keySalt: Uint8Array): Key {
  if (kind.source === "freezes") return { id: cellId(keySalt, kind.name, []), several: false };
  const text = kind.contextKey === "session" ? context.session : context.texts.get(kind.contextKey);
  return text === undefined ? NO_KEY : { id: cellId(keySalt, kind.name, [text]), several: false };
}

/** The canonical value of a field as a text: numbers are no keys and no targets. */
function textOf(value: Value): string {
  if (!("text" in value)) throw new Error("a number where a text is due");
  return value.text;
}

const TARGETS = [
  "recipient",
  "payee",
  "channel",
  "url",
  "host",
  "destination_path",
  "path",
  "account",
  "user",
  "device",
  "repository",
  "table",
  "resource",
].map(fieldNumber);
const AMOUNT = fieldNumber("amount_minor");
const COUNT = fieldNumber("count");

/** The values of a field that can be relied on. */
function usable(facts: Facts, number: number): Value[] {
  const field = facts.fields.get(number);
  return field === undefined || field.malformed ? [] : field.values;
}

export function weightOf(action: Action, facts: Facts, keySalt: Uint8Array): Weight {
  const amount = facts.amountReference ?? (action.fields.has(AMOUNT) ? NUMBER_MAX : 0n);
  const targetField = TARGETS.find((number) => usable(facts, number).length > 0);
  const targets = targetField === undefined ? [] : usable(facts, targetField);
  const [first] = targets;
  return {
    amount,
    target: first === undefined ? 0n : targetNumber(keySalt, targetText(first)),
    units: unitsOf(facts, BigInt(targets.length)),
  };
}

function targetText(value: Value): string {
  return value.kind === "url" && value.url.host !== null ? value.url.host.text : textOf(value);
}

export function targetNumber(keySalt: Uint8Array, text: string): bigint {
  const digest = sha256(CELL_DOMAIN, keySalt, writeCmp(text));
  return new DataView(digest.buffer, digest.byteOffset).getBigUint64(0, true);
}

function unitsOf(facts: Facts, targets: bigint): bigint {
  let units = targets > 1n ? targets : 1n;
  if (facts.fields.get(COUNT)?.malformed === true) return U32_MAX;
  const [count] = usable(facts, COUNT);
  if (count?.kind === "number") {
    if (count.number < 0n || count.number > U32_MAX) return U32_MAX;
    if (count.number > units) units = count.number;
  }
  return units;
}

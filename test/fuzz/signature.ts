/** What an answer reached, as a short text: two requests of one signature taught the fuzzer the same. */
import type { CmpValue } from "../../bindings/src/codec/decode.ts";
import { knownKeys } from "../model/request.ts";
import { wire } from "../model/wire.ts";
import { headerBytes, lengthAt, type Outline } from "./outline.ts";

const REASONS = Buffer.from("\u00a7reasons", "latin1");
const REQUEST = Buffer.from("\u00a7request", "latin1");
const KNOWN_KEYS = new Set(Object.values(knownKeys).flat());
const KEY_BYTES_MAX = 20;
/** What is inside these is the caller's: naming its keys would make a signature of every request. */
const OPAQUE = ["args", "fields", "annotations", "realpaths"];

/** A number for the reasons of a record: its bytes between two keys that follow each other, as FNV-1a. */
export function reasonsMark(record: Buffer): number {
  const start = record.indexOf(REASONS);
  const end = record.indexOf(REQUEST, start);
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (record[at] as number), 0x01000193);
  return hash >>> 0;
}

/** Where in the envelope an offset lies: the keys around it. */
export function placeOf(outline: Outline, bytes: Uint8Array, offset: number): string {
  let found = -1;
  for (let value = 0; value < outline.count; value++) {
    const keyAt = outline.keyAt[value] as number;
    if ((keyAt < 0 ? (outline.at[value] as number) : keyAt) > offset) break;
    found = value;
  }
  const keys: string[] = [];
  for (let value = found; value >= 0; value = outline.parent[value] as number) {
    keys.unshift(keyText(bytes, outline.keyAt[value] as number));
  }
  const opaque = keys.findIndex((key) => OPAQUE.includes(key));
  const shown =
    opaque < 0
      ? keys.slice(0, 4)
      : [...keys.slice(0, opaque + 1), ...(keys.length > opaque + 1 ? ["*"] : [])];
  return shown.filter((key) => key !== "").join(".") || "top";
}

function keyText(bytes: Uint8Array, at: number): string {
  if (at < 0) return "";
  const length = lengthAt(bytes, at);
  const from = at + headerBytes(bytes[at] as number);
  if (length > KEY_BYTES_MAX) return "long";
  let text = "";
  for (let i = from; i < from + length; i++) {
    const byte = bytes[i] as number;
    const isWord = (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f;
    if (!isWord) return "odd";
    text += String.fromCharCode(byte);
  }
  return text === "" ? "empty" : text;
}

/** What a record has in it, name by name; what only this or that policy has is left out. */
export function recordFeatures(record: CmpValue): string[] {
  const { verdict, tier, gate, reasons, rows, obligations, lowered_by, parts } = record as Record<
    string,
    CmpValue
  >;
  const codes = reasons as string[];
  return [
    `${verdict}-${tier}`,
    ...(gate === undefined ? [] : ["gate"]),
    ...((rows as string[]).length > 0 ? ["row"] : []),
    ...codes.filter((code) => wire.marks.includes(code)).map((code) => `mark-${code}`),
    ...Object.keys(obligations as object).map((key) => `obligation-${key}`),
    ...(lowered_by as string[][]).map(([kind]) => `lowered-${kind}`),
    ...(parts as { mapping: string }[]).map(({ mapping }) => `mapping-${mapping.split("/")[0]}`),
  ];
}

/** A refusal without the finer part of its place. */
export function refusalFeature(signature: string): string {
  const [status = "", place = ""] = signature.split("-");
  const [key = ""] = place.split(".");
  // Bytes that are not CMP/1 can be so anywhere, and unknown keys are endless.
  return status.startsWith("value_") && KNOWN_KEYS.has(key) ? `${status}-${key}` : status;
}

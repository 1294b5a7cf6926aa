/**
 * Signed notes (c2sp.org/signed-note): a text, an empty line, and a line a signature. Strict: bytes are refused unless
 * writing what was read gives the same bytes. docs/format/proofs.md has the rules.
 */

import { quoted } from "../src/codec/errors.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { base64, bytesOfBase64 } from "./base64.ts";
import { type EvidenceError, refusal } from "./errors.ts";

export const NOTE_BYTES_MAX: number = 256 * 1024;
export const NOTE_SIGNATURES_MAX = 16;
export const NAME_BYTES_MAX = 255;
const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;

/** Who signs: a seed, or a machine that keeps it. */
export interface Signer {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Whether a signature of Ed25519 is right. The host chooses who computes it. */
export type Verify = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;

/** What a key signs: a note as it is, or a checkpoint together with the time at which it was seen. */
export const KEY_TYPE = { note: 0x01, cosignature: 0x04 } as const;
export type KeyType = (typeof KEY_TYPE)[keyof typeof KEY_TYPE];

/** A public key with its name, as notes know it. */
export interface NoteKey {
  readonly name: string;
  readonly type: KeyType;
  readonly publicKey: Uint8Array;
  /** 8 hex digits, made of all the other members. */
  readonly id: string;
}

/** A signature line. */
export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits. */
  readonly keyId: string;
  /** What the key made; with a cosignature the time stands before it. */
  readonly signature: Uint8Array;
}

export interface Note {
  /** Ends in a line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const bytesOfText = (text: string): Uint8Array => utf8.encode(text);

/** Text of strict UTF-8 without control characters other than line feeds. */
export function noteText(bytes: Uint8Array, where: string): string {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    throw refusal("note_text", where, "UTF-8", "bytes that are not", "get the file again");
  }
  needText(text, where);
  return text;
}

function needText(text: string, where: string): void {
  const [bad] = /[\x00-\x09\x0b-\x1f]|\p{Surrogate}/u.exec(text) ?? [];
  if (bad === undefined) return;
  throw refusal("note_text", where, "no control characters", quoted(bad), "get the file again");
}

/** Why a text cannot name a key; undefined when it can. */
export function nameFault(name: string): string | undefined {
  if (name === "") return "nothing";
  const [bad] = /[\p{White_Space}\p{Cc}\p{Surrogate}+]/u.exec(name) ?? [];
  if (bad !== undefined) return `${quoted(name)} with ${quoted(bad)} in it`;
  const { length } = utf8.encode(name);
  return length <= NAME_BYTES_MAX ? undefined : `${length} bytes`;
}

const NAME_WANTED = `a name of 1 to ${NAME_BYTES_MAX} bytes without spaces, control characters or +`;

export function needName(name: string, where: string): void {
  const fault = nameFault(name);
  if (fault !== undefined) throw refusal("note_name", where, NAME_WANTED, fault, "correct the name");
}

// ------------------------------------------------------------------------------------------------ notes

const SIGNATURE_LEAD = "\u2014 ";

/** One signature line with its line feed. */
export function signatureLine({ name, keyId, signature }: NoteSignature): string {
  const id = Uint8Array.from(keyId.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const bytes = new Uint8Array(KEY_ID_BYTES + signature.length);
  bytes.set(id);
  bytes.set(signature, KEY_ID_BYTES);
  return `${SIGNATURE_LEAD}${name} ${base64(bytes)}\n`;
}

/** Whether a line is a signature, by its beginning. */
export const isSignatureLine = (line: string): boolean => line.startsWith(SIGNATURE_LEAD);

/** Reads a signature line without its line feed. */
export function parseSignatureLine(line: string, where: string): NoteSignature {
  const [name = "", text, ...rest] = line.slice(SIGNATURE_LEAD.length).split(" ");
  const bytes = bytesOfBase64(text ?? "");
  if (!isSignatureLine(line) || rest.length > 0 || bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    const wanted = "a signature line: em dash, space, name, space, canonical base64 of key id and signature";
    throw refusal("note_signature_line", where, wanted, quoted(line), "get the note again");
  }
  needName(name, where);
  return { name, keyId: hex(bytes.subarray(0, KEY_ID_BYTES)), signature: bytes.slice(KEY_ID_BYTES) };
}

/** Reads signature lines, each with its line feed; at least one. */
export function parseSignatureLines(text: string, where: string): NoteSignature[] {
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.length === 0 || lines.length > NOTE_SIGNATURES_MAX) {
    const wanted = `1 to ${NOTE_SIGNATURES_MAX} signature lines, each with its line feed`;
    throw refusal("note_signatures", where, wanted, `${lines.length}`, "get the note again");
  }
  return lines.map((line, at) => parseSignatureLine(line, `${where}: signature ${at + 1}`));
}

/** @throws EvidenceError when the bytes are not exactly one signed note. */
export function parseNote(bytes: Uint8Array, where = "note"): Note {
  if (bytes.length > NOTE_BYTES_MAX) {
    throw refusal(
      "note_size",
      where,
      `at most ${NOTE_BYTES_MAX} bytes`,
      `${bytes.length}`,
      "get the note again",
    );
  }
  const all = noteText(bytes, where);
  // The text may have empty lines of its own; the last one ends it.
  const end = all.lastIndexOf("\n\n");
  if (end < 0)
    throw refusal("note_signatures", where, "an empty line, then signatures", "none", "get the note again");
  return { text: all.slice(0, end + 1), signatures: parseSignatureLines(all.slice(end + 2), where) };
}

/** @throws EvidenceError when the note could not be read again. */
export function formatNote({ text, signatures }: Note, where = "note"): Uint8Array {
  const bytes = bytesOfText(`${text}\n${signatures.map(signatureLine).join("")}`);
  needText(text, where);
  const read = parseNote(bytes, where);
  const isSame = read.text === text && read.signatures.length === signatures.length;
  if (!isSame) throw refusal("note_text", where, "a text that ends in a line feed", quoted(text), "add it");
  return bytes;
}

// ------------------------------------------------------------------------------------------------ keys

function keyIdOf(name: string, type: KeyType, publicKey: Uint8Array): string {
  return hex(sha256(bytesOfText(`${name}\n`), Uint8Array.of(type), publicKey).subarray(0, KEY_ID_BYTES));
}

/** @throws EvidenceError when the name or the key has not the form of one. */
export function noteKey(name: string, type: KeyType, publicKey: Uint8Array): NoteKey {
  needName(name, "key");
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    const came = `${publicKey.length} bytes`;
    throw refusal("vkey", `key ${name}`, `${PUBLIC_KEY_BYTES} bytes of Ed25519`, came, "give the public key");
  }
  return { name, type, publicKey, id: keyIdOf(name, type, publicKey) };
}

/** `name+id+base64(type, key)`: how people hand keys of logs and witnesses around. */
export function formatVkey({ name, type, publicKey, id }: NoteKey): string {
  const bytes = new Uint8Array(1 + publicKey.length);
  bytes[0] = type;
  bytes.set(publicKey, 1);
  return `${name}+${id}+${base64(bytes)}`;
}

export function parseVkey(text: string, where = "vkey"): NoteKey {
  const fault = (wanted: string, came: string): EvidenceError =>
    refusal("vkey", where, wanted, came, "copy the whole line from its owner");
  // A name has no plus sign, base64 has.
  const [, name, id, encoded] = /^([^+]*)\+([^+]*)\+(.*)$/su.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) {
    throw fault("NAME+ID+KEY", quoted(text));
  }
  needName(name, where);
  const bytes = bytesOfBase64(encoded);
  const [type] = bytes ?? [];
  if (bytes === undefined || bytes.length !== 1 + PUBLIC_KEY_BYTES) {
    throw fault("a type and 32 bytes of Ed25519 in canonical base64", quoted(encoded));
  }
  if (type !== KEY_TYPE.note && type !== KEY_TYPE.cosignature) {
    throw fault("a key of type 0x01 (Ed25519) or 0x04 (cosignature)", `type ${type}`);
  }
  const key = noteKey(name, type, bytes.slice(1));
  if (key.id !== id) throw fault(`the id ${key.id} of that name and key`, quoted(id));
  return key;
}

// ------------------------------------------------------------------------------------------------ signatures

function cosignedMessage(text: string, timeS: number): Uint8Array {
  return bytesOfText(`cosignature/v1\ntime ${timeS}\n${text}`);
}

/** Signs a text as the key of that name. */
export async function signText(text: string, name: string, signer: Signer): Promise<NoteSignature> {
  const { id } = noteKey(name, KEY_TYPE.note, signer.publicKey);
  return { name, keyId: id, signature: await signer.sign(bytesOfText(text)) };
}

/** Says that a checkpoint was seen at a time, in seconds since 1970. */
export async function cosignText(
  text: string,
  name: string,
  signer: Signer,
  timeS: number,
): Promise<NoteSignature> {
  if (!Number.isSafeInteger(timeS) || timeS < 0) {
    throw refusal(
      "cosignature_time",
      `cosignature of ${name}`,
      "seconds since 1970",
      `${timeS}`,
      "give that",
    );
  }
  const { id } = noteKey(name, KEY_TYPE.cosignature, signer.publicKey);
  const made = await signer.sign(cosignedMessage(text, timeS));
  const signature = new Uint8Array(TIME_BYTES + made.length);
  new DataView(signature.buffer).setBigUint64(0, BigInt(timeS));
  signature.set(made, TIME_BYTES);
  return { name, keyId: id, signature };
}

/** A signature that was checked. */
export interface CheckedSignature {
  readonly key: NoteKey;
  readonly line: NoteSignature;
  /** When a witness says it saw the checkpoint, in seconds since 1970. */
  readonly timeS?: number;
}

async function checkLine(
  key: NoteKey,
  line: NoteSignature,
  text: string,
  verify: Verify,
): Promise<CheckedSignature | undefined> {
  const { signature } = line;
  if (key.type === KEY_TYPE.note) {
    if (signature.length !== SIGNATURE_BYTES) return;
    return (await verify(key.publicKey, bytesOfText(text), signature)) ? { key, line } : undefined;
  }
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return;
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return;
  const timeS = Number(time);
  const message = cosignedMessage(text, timeS);
  const isRight = await verify(key.publicKey, message, signature.subarray(TIME_BYTES));
  return isRight ? { key, line, timeS } : undefined;
}

/**
 * The signatures of a note by known keys, all of them right. Lines of unknown keys count as if they were not there.
 * @throws EvidenceError when a known key has not signed this text although a line says so.
 */
export async function checkSignatures(
  { text, signatures }: Note,
  keys: readonly NoteKey[],
  verify: Verify,
  where = "note",
): Promise<CheckedSignature[]> {
  const checked: CheckedSignature[] = [];
  for (const line of signatures) {
    const known = keys.filter(({ name, id }) => name === line.name && id === line.keyId);
    if (known.length === 0) continue;
    let found: CheckedSignature | undefined;
    for (const key of known) found ??= await checkLine(key, line, text, verify);
    if (found === undefined) {
      const wanted = `a signature of ${quoted(line.name)} (${line.keyId}) over this text`;
      throw refusal(
        "note_signature",
        where,
        wanted,
        "one that is not",
        "the text or its signature was changed",
      );
    }
    checked.push(found);
  }
  return checked;
}

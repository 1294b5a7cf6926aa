/**
 * The call beside its record: what is kept of it, sealed under the key of its subject, opened again, and checked against
 * what the entry says. docs/format/payload.md.
 */

import { type CmpMap, type CmpValue, CodecError, decode, isMap } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { REQUEST_BYTES_MAX } from "../src/gen/limits.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { EvidenceError } from "./errors.ts";
import {
  type Disclosure,
  disclosureAt,
  type Field,
  type FieldPath,
  fieldHash,
  fieldSalts,
  fieldsOf,
  pathText,
  rootOfFields,
} from "./fields.ts";
import { isRedacted, type RedactionRule } from "./redaction.ts";
import { SUBJECT_KEY_BYTES, type SubjectKeys, subjectOf } from "./subject.ts";
import { sameHash } from "./tree.ts";

export {
  checkDisclosure,
  type Disclosure,
  disclosureBytes,
  type FieldPath,
  pathText,
  readDisclosure,
} from "./fields.ts";
export { type RedactionRule, redactionOf } from "./redaction.ts";
export { type SubjectKeys, subjectId, subjectOf } from "./subject.ts";

/** With the header of a bin they fill a frame of 131 072 bytes. */
export const SEALED_BYTES_MAX = 131_067;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PLAIN_BYTES_MAX = SEALED_BYTES_MAX - NONCE_BYTES - TAG_BYTES;
const SALT_BYTES = 32;
const ZERO_SALT = new Uint8Array(SALT_BYTES);
const VERSION = 1;
const CALL_KEYS = ["args", "event", "fields"] as const;

/** What an entry says of its payload. */
export interface Sealed {
  /** Root over the fields of the call. */
  readonly fields: Uint8Array;
  /** Id of the subject. */
  readonly key: Uint8Array;
  /** Of the sealed bytes. */
  readonly sha256: Uint8Array;
}

/** Where in the log a payload stands; it opens nowhere else. */
export interface PayloadPlace {
  /** Of the shard. */
  readonly origin: string;
  readonly seq: number;
}

/** The salt of a field that is kept, or the hash of one that is redacted. */
export type LeafMark = readonly ["salt" | "hash", Uint8Array];

/** What is kept of a call. */
export interface Payload {
  /** Its request; a copy without salt and redacted fields where something is redacted. */
  readonly request: Uint8Array;
  /** One for each field of the call, where something is redacted. */
  readonly leaves?: readonly LeafMark[];
}

/** A request as far as a payload looks into it. */
export interface ReadRequest {
  readonly whole: CmpMap;
  readonly name: (typeof CALL_KEYS)[number];
  readonly fields: readonly Field[];
  readonly salt: Uint8Array;
}

/** A request without what the rules redact. Without a field that they fit it is kept as it is. */
export function redact(request: Uint8Array, rules: readonly RedactionRule[]): Payload {
  const { whole, name, fields, salt } = readRequest(request);
  if (!fields.some(({ path }) => isRedacted(path, rules))) return { request };
  const saltOf = fieldSalts(salt);
  const leaves = fields.map((field): LeafMark => {
    const own = saltOf(field.path);
    return isRedacted(field.path, rules) ? ["hash", fieldHash(field, own)] : ["salt", own];
  });
  const copyWith = (value: CmpValue): Uint8Array => encode({ ...whole, [name]: value, salt: ZERO_SALT });
  const payload = { request: copyWith(withoutRedacted(whole[name] as CmpValue, rules)), leaves };
  if (fits(payload)) return payload;
  return { request: copyWith(null), leaves: [["hash", fieldsRoot({ request })]] };
}

function withoutRedacted(value: CmpValue, rules: readonly RedactionRule[], path: FieldPath = []): CmpValue {
  const inside = (step: string | number, one: CmpValue): CmpValue =>
    withoutRedacted(one, rules, [...path, step]);
  if (Array.isArray(value) && value.length > 0) return value.map((one, at) => inside(at, one));
  if (isMap(value) && Object.keys(value).length > 0)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inside(key, one)]));
  return isRedacted(path, rules) ? null : value;
}

/** @throws CodecError `too_large` when it would not fit; one without redaction always does. */
export function payloadBytes({ request, leaves }: Payload): Uint8Array {
  return encode({ ...(leaves === undefined ? {} : { leaves }), request, v: VERSION }, PLAIN_BYTES_MAX);
}

function fits(payload: Payload): boolean {
  try {
    return payloadBytes(payload).length > 0;
  } catch (error) {
    if (error instanceof CodecError && error.code === "too_large") return false;
    throw error;
  }
}

/** @throws EvidenceError when the bytes are no payload of version 1. */
export function readPayload(bytes: Uint8Array): Payload {
  const plain = decoded(bytes);
  if (!isMap(plain)) throw malformed("wanted a map");
  const { leaves, request, v, ...others } = plain;
  if (Object.keys(others).length > 0 || v !== VERSION)
    throw malformed("wanted leaves, request and v, of version 1");
  if (!(request instanceof Uint8Array)) throw malformed("wanted the bytes of a request");
  const { fields, salt } = readRequest(request);
  if (leaves === undefined) return { request };
  if (!Array.isArray(leaves) || leaves.length !== fields.length || !leaves.every(isLeafMark))
    throw malformed("wanted a salt or a hash for each field");
  if (!leaves.some(([kind]) => kind === "hash"))
    throw malformed("wanted leaves only where something is redacted");
  if (!leaves.every(([kind], at) => kind === "salt" || fields[at]?.value === null))
    throw malformed("wanted nil where a field is redacted");
  if (!sameHash(salt, ZERO_SALT)) throw malformed("wanted no salt where something is redacted");
  return { request, leaves };
}

function isLeafMark(mark: unknown): mark is LeafMark {
  if (!Array.isArray(mark) || mark.length !== 2) return false;
  const [kind, bytes] = mark;
  return (kind === "salt" || kind === "hash") && bytes instanceof Uint8Array && bytes.length === SALT_BYTES;
}

/** @throws EvidenceError when the bytes are no request. */
export function readRequest(request: Uint8Array): ReadRequest {
  if (request.length > REQUEST_BYTES_MAX)
    throw malformed(`wanted a request of at most ${REQUEST_BYTES_MAX} bytes`);
  const whole = decoded(request);
  if (!isMap(whole) || !isMap(whole.context)) throw malformed("wanted a request");
  const [name, ...more] = CALL_KEYS.filter((key) => Object.hasOwn(whole, key));
  if (name === undefined || more.length > 0) throw malformed("wanted args, fields or event in the request");
  const { salt } = whole;
  if (!(salt instanceof Uint8Array) || salt.length !== SALT_BYTES)
    throw malformed("wanted a salt in the request");
  return { whole, name, fields: fieldsOf(whole[name] as CmpValue), salt };
}

function decoded(bytes: Uint8Array): CmpValue {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof CodecError) throw malformed(error.message);
    throw error;
  }
}

function malformed(reason: string): EvidenceError {
  return new EvidenceError("payload_malformed", `payload: ${reason}; it was not written by this program`);
}

/** What is known of each field: its salt, unless it is redacted, and its hash. */
function hashedFields(payload: Payload): {
  fields: readonly Field[];
  salts: (Uint8Array | undefined)[];
  hashes: Uint8Array[];
} {
  const { fields, salt } = readRequest(payload.request);
  const saltOf = fieldSalts(salt);
  const marks = payload.leaves ?? fields.map(({ path }): LeafMark => ["salt", saltOf(path)]);
  return {
    fields,
    salts: marks.map(([kind, bytes]) => (kind === "salt" ? bytes : undefined)),
    hashes: marks.map(([kind, bytes], at) =>
      kind === "hash" ? bytes : fieldHash(fields[at] as Field, bytes),
    ),
  };
}

/** The root over the fields of a call, the same whether or not some of them are redacted. */
export function fieldsRoot(payload: Payload): Uint8Array {
  return rootOfFields(hashedFields(payload).hashes);
}

/** Which fields are redacted; none where the request is whole. */
export function redactedPaths({ request, leaves }: Payload): FieldPath[] {
  if (leaves === undefined) return [];
  return readRequest(request)
    .fields.filter((_, at) => leaves[at]?.[0] === "hash")
    .map(({ path }) => path);
}

/**
 * One field of a call with what shows, against the fields root of the entry, that it is one. The others stay unknown.
 * @throws EvidenceError when there is no such field, or it is redacted.
 */
export function disclose(payload: Payload, path: FieldPath): Disclosure {
  const { fields, salts, hashes } = hashedFields(payload);
  const index = fields.findIndex(
    (field) => field.path.length === path.length && field.path.every((step, at) => step === path[at]),
  );
  const field = fields[index];
  if (field === undefined)
    throw new EvidenceError(
      "field_unknown",
      `${pathText(path)}: wanted a field of the call that holds no other, came none`,
    );
  const salt = salts[index];
  if (salt === undefined)
    throw new EvidenceError(
      "field_redacted",
      `${pathText(path)}: it was redacted before the payload was written`,
    );
  return disclosureAt(index, field, salt, hashes);
}

// ---- Sealed bytes.

export interface SealOptions extends PayloadPlace {
  readonly keys: SubjectKeys;
  readonly redaction?: readonly RedactionRule[];
}

/**
 * Seals the request of a call for its place in the log, under the key of its subject.
 * @throws EvidenceError when its salt is not random; whatever `keys` throws.
 */
export async function sealPayload(
  request: Uint8Array,
  { keys, origin, seq, redaction = [] }: SealOptions,
): Promise<{ readonly bytes: Uint8Array; readonly sealed: Sealed }> {
  if (sameHash(readRequest(request).salt, ZERO_SALT))
    throw new EvidenceError(
      "payload_salt",
      "payload: wanted a random salt in the request, came zeros; a log needs salts",
    );
  const payload = redact(request, redaction);
  const key = keys.idOf(subjectOf(request));
  const nonce = globalThis.crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const cipher = await cipherOf(keys.make(key), "encrypt");
  const parameters = gcm(nonce, { origin, seq });
  const plain = payloadBytes(payload) as Uint8Array<ArrayBuffer>;
  const encrypted = new Uint8Array(await globalThis.crypto.subtle.encrypt(parameters, cipher, plain));
  const bytes = new Uint8Array(NONCE_BYTES + encrypted.length);
  bytes.set(nonce);
  bytes.set(encrypted, NONCE_BYTES);
  return { bytes, sealed: { fields: fieldsRoot(payload), key, sha256: sha256(bytes) } };
}

/** Whether sealed bytes are those that an entry commits to. Needs no key. */
export function isSealedAs(bytes: Uint8Array, sealed: Sealed): boolean {
  return bytes.length <= SEALED_BYTES_MAX && sameHash(sha256(bytes), sealed.sha256);
}

/**
 * Opens sealed bytes and checks them against what the entry says.
 * @throws EvidenceError `payload_altered`, `payload_key` (of another subject, time or place), `payload_malformed` or
 * `payload_fields`.
 */
export async function openPayload(
  bytes: Uint8Array,
  sealed: Sealed,
  key: Uint8Array,
  place: PayloadPlace,
): Promise<Payload> {
  if (!isSealedAs(bytes, sealed))
    throw new EvidenceError("payload_altered", "payload: its bytes are not those that the entry commits to");
  const payload = readPayload(await decrypted(bytes, key, place));
  if (!sameHash(fieldsRoot(payload), sealed.fields))
    throw new EvidenceError("payload_fields", "payload: its fields do not lead to the root in the entry");
  return payload;
}

async function decrypted(bytes: Uint8Array, key: Uint8Array, place: PayloadPlace): Promise<Uint8Array> {
  const cipher = await cipherOf(key, "decrypt");
  const parameters = gcm(bytes.slice(0, NONCE_BYTES), place);
  try {
    const encrypted = bytes.slice(NONCE_BYTES);
    return new Uint8Array(await globalThis.crypto.subtle.decrypt(parameters, cipher, encrypted));
  } catch {
    throw new EvidenceError("payload_key", "payload: this key does not open it at this place of the log");
  }
}

function gcm(nonce: Uint8Array, { origin, seq }: PayloadPlace): AesGcmParams {
  const additionalData = new TextEncoder().encode(`permit0 payload v1\n${origin}\n${seq}`);
  return { name: "AES-GCM", iv: nonce as Uint8Array<ArrayBuffer>, additionalData, tagLength: 8 * TAG_BYTES };
}

function cipherOf(key: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  if (key.length !== SUBJECT_KEY_BYTES)
    throw new EvidenceError(
      "subject_key",
      `subject key: wanted ${SUBJECT_KEY_BYTES} bytes, came ${key.length}`,
    );
  const bytes = key as Uint8Array<ArrayBuffer>;
  return globalThis.crypto.subtle.importKey("raw", bytes, "AES-GCM", false, [use]);
}

/** Whether a payload is of the subject that its entry names. */
export function isOfSubject({ request }: Payload, { key }: Sealed, keys: Pick<SubjectKeys, "idOf">): boolean {
  return hex(keys.idOf(subjectOf(request))) === hex(key);
}

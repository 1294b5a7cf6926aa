/**
 * The fields of a call as leaves of a Merkle tree, so that one of them can be shown without the others:
 * docs/format/payload.md.
 */

import { type CmpValue, decode, isMap } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { pathWith } from "../src/codec/errors.ts";
import { sortKeys } from "../src/codec/shape.ts";
import { EvidenceError } from "./errors.ts";
import { hmacUnder } from "./hmac.ts";
import {
  HASH_BYTES,
  inclusionProof,
  isHash,
  isSize,
  leafHash,
  PATH_HASHES_MAX,
  subtreeHashes,
  verifyInclusion,
} from "./tree.ts";

/** Keys and indexes that lead to a field. */
export type FieldPath = readonly (string | number)[];

/** A value of the call data that holds no other. */
export interface Field {
  readonly path: FieldPath;
  readonly value: CmpValue;
}

/** All fields of call data, in the order of its bytes. */
export function fieldsOf(value: CmpValue): Field[] {
  const fields: Field[] = [];
  const visit = (one: CmpValue, path: FieldPath): void => {
    const members: readonly (readonly [string | number, CmpValue])[] = Array.isArray(one)
      ? [...one.entries()]
      : isMap(one)
        ? sortKeys(Object.keys(one)).map((key) => [key, one[key] as CmpValue] as const)
        : [];
    if (members.length === 0) fields.push({ path, value: one });
    for (const [step, member] of members) visit(member, [...path, step]);
  };
  visit(value, []);
  return fields;
}

/** Salts of the fields of one request. */
export function fieldSalts(salt: Uint8Array): (path: FieldPath) => Uint8Array {
  const hmac = hmacUnder(salt);
  return (path) => hmac(encode(path));
}

export function fieldHash({ path, value }: Field, salt: Uint8Array): Uint8Array {
  return leafHash(encode([path, value, salt]));
}

/** The root over the hashes of all fields, of which there is always one. */
export function rootOfFields(hashes: readonly Uint8Array[]): Uint8Array {
  return subtreeHashes((index) => hashes[index] as Uint8Array)(0, hashes.length);
}

/** One field of a call, with what shows that it is one. */
export interface Disclosure extends Field {
  readonly salt: Uint8Array;
  /** Of the field among all fields of the call. */
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
}

/** The disclosure of the field at an index. */
export function disclosureAt(
  index: number,
  field: Field,
  salt: Uint8Array,
  hashes: readonly Uint8Array[],
): Disclosure {
  const { length: size } = hashes;
  const hashOf = subtreeHashes((at) => hashes[at] as Uint8Array);
  return { ...field, salt, index, size, proof: inclusionProof(index, size, hashOf) };
}

/** Whether a call with that fields root has that field. */
export function checkDisclosure(root: Uint8Array, disclosure: Disclosure): boolean {
  const { index, size, salt, proof } = disclosure;
  return verifyInclusion(index, size, fieldHash(disclosure, salt), root, proof);
}

const DISCLOSURE_VERSION = 1;
const DISCLOSURE_KEYS = "index,path,proof,salt,size,v,value";

export function disclosureBytes({ path, value, salt, index, size, proof }: Disclosure): Uint8Array {
  return encode({ index, path, proof, salt, size, v: DISCLOSURE_VERSION, value });
}

/** @throws EvidenceError when the bytes are no disclosure, CodecError when they are not CMP/1. */
export function readDisclosure(bytes: Uint8Array): Disclosure {
  const whole = decode(bytes);
  const { index, path, proof, salt, size, value, v } = (isMap(whole) ? whole : {}) as Record<string, unknown>;
  const fits =
    isMap(whole) &&
    `${sortKeys(Object.keys(whole))}` === DISCLOSURE_KEYS &&
    v === DISCLOSURE_VERSION &&
    isSize(index as number) &&
    isSize(size as number) &&
    isPath(path) &&
    isBytes(salt) &&
    Array.isArray(proof) &&
    proof.length <= PATH_HASHES_MAX &&
    proof.every(isBytes) &&
    fieldsOf(value as CmpValue).length === 1 &&
    fieldsOf(value as CmpValue)[0]?.path.length === 0;
  if (!fits)
    throw new EvidenceError(
      "disclosure_malformed",
      "wanted the disclosure of one field, version 1, came another value",
    );
  return { index, path, proof, salt, size, value } as Disclosure;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === HASH_BYTES && isHash(value);
}

function isPath(value: unknown): value is FieldPath {
  return Array.isArray(value) && value.every((step) => typeof step === "string" || isSize(step as number));
}

/** `items[0].iban`, for people. */
export function pathText(path: FieldPath): string {
  return path.reduce<string>(pathWith, "");
}

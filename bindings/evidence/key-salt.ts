/**
 * What the ids of histories in a log are made with: 32 secret bytes, without which nobody can try out whose history it is. A
 * log names its salt by a digest alone; whoever has both knows that they belong together. docs/format/log.md.
 */

import { hex, sha256 } from "../src/sha256.ts";
import { bytesOfText } from "./note.ts";
import { type Hash, sameHash } from "./tree.ts";
import type { Finding } from "./verify.ts";

export const KEY_SALT_BYTES = 32;
const DOMAIN = bytesOfText("permit0 key salt v1\n");
const ZEROS = new Uint8Array(KEY_SALT_BYTES);

/** What a log calls its salt. The salt is random, so its digest says nothing about it. */
export function keySaltId(salt: Uint8Array, hash: Hash = sha256): Uint8Array {
  const bytes = new Uint8Array(DOMAIN.length + salt.length);
  bytes.set(DOMAIN);
  bytes.set(salt, DOMAIN.length);
  return hash(bytes);
}

/** Where the salts of logs are kept, beside the keys of their writer. */
export interface KeySalts {
  /** The salt that a log names so; undefined where it is not here. */
  find(id: Uint8Array): Uint8Array | undefined;
  /** One for a log that begins; undefined: it names none, and its ids are made with zeros unless the program says otherwise. */
  make(): Uint8Array | undefined;
}

/** The salts that a reader of logs has. */
export interface ReadersSalts {
  /** One that he was given: of a log that names it, or of one that names none. Default of those: zeros. */
  readonly keySalt?: Uint8Array;
  /** What else he has, by the name that logs give it. */
  readonly keySalts?: Pick<KeySalts, "find">;
}

/** What a reader without the salt is told: what was left out, and what to ask for. */
export function saltRemark(shard: string, named: Uint8Array, records: number): Finding {
  return {
    kind: "remark",
    code: "salt_unknown",
    shard,
    sentence: `${records} records were not decided again: the ids of their histories were made with the key salt ${hex(named)}, which was not given. No other check needs it. Whoever writes the log keeps it under that name, in the folder salts beside his keys.`,
  };
}

/** The salt of a log, by the name that the log gives it, if it gives one; undefined where the reader does not have it. */
export function keySaltFor(
  named: Uint8Array | undefined,
  { keySalt, keySalts }: ReadersSalts,
  hash: Hash = sha256,
): Uint8Array | undefined {
  if (named === undefined) return keySalt ?? ZEROS;
  const isNamed = (salt: Uint8Array | undefined): boolean =>
    salt !== undefined && sameHash(keySaltId(salt, hash), named);
  if (isNamed(keySalt)) return keySalt;
  const kept = keySalts?.find(named);
  return isNamed(kept) ? kept : undefined;
}

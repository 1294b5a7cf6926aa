/**
 * Key salts in a key folder: a file of 32 bytes a log, `salts/<name>`, named as the log names it. So one folder serves many
 * logs, each has its own, and the file of one can be given to an auditor without those of others.
 */

import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { KEY_SALT_BYTES, type KeySalts, keySaltId } from "../evidence/key-salt.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { needOwn, readOrMake, readSecret } from "./subject-keys.ts";

const FOLDER = "salts";

export class KeySaltFolder implements KeySalts {
  readonly #folder: string;

  /**
   * @param keys the key folder; nothing is made there before {@link make}.
   */
  constructor(keys: string) {
    this.#folder = join(keys, FOLDER);
  }

  /** @throws EvidenceError when others may read it, or it is not what it should be. */
  find(id: Uint8Array): Uint8Array | undefined {
    return readSecret(join(this.#folder, hex(id)), KEY_SALT_BYTES);
  }

  make(): Uint8Array {
    const salt = globalThis.crypto.getRandomValues(new Uint8Array(KEY_SALT_BYTES));
    this.keep(salt);
    return salt;
  }

  /** Keeps a salt that the program brings, so that whoever has the key folder alone can open and verify its log. */
  keep(salt: Uint8Array): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    needOwn(this.#folder, statSync(this.#folder).mode);
    readOrMake(this.#folder, hex(keySaltId(salt, sha256)), KEY_SALT_BYTES, () => salt);
  }
}

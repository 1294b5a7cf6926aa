/** The keys that a shard names itself, each for the sizes of the tree for which it names it. */

import { publicKeyFault } from "../keys/noble.ts";
import { parsePublicKey } from "../keys/paserk.ts";
import type { BeginNote, KeyNote } from "./entry.ts";

export interface OwnKey {
  readonly text: string;
  readonly publicKey: Uint8Array;
  /** Its first entry: it signs trees from there on. */
  readonly from: number;
  /** The largest tree that it signs; undefined as long as it signs. */
  readonly to?: number;
}

export class OwnKeys {
  readonly #keys: OwnKey[] = [];

  get all(): readonly OwnKey[] {
    return this.#keys;
  }

  /** Those that sign now. */
  get signing(): readonly OwnKey[] {
    return this.#keys.filter(({ to }) => to === undefined);
  }

  /** Takes what entry `seq` says of a key; returns what is wrong with it. */
  take(note: BeginNote | KeyNote, seq: number): string | undefined {
    const at = this.#keys.findIndex(({ text, to }) => text === note.key && to === undefined);
    if (note.kind === "begin" || note.act === "add") {
      return at < 0 ? this.#add(note.key, seq) : "The key signs already.";
    }
    const key = this.#keys[at];
    if (key === undefined) return "The key did not sign.";
    this.#keys[at] = { ...key, to: seq };
    return undefined;
  }

  #add(text: string, from: number): string | undefined {
    let publicKey: Uint8Array;
    try {
      publicKey = parsePublicKey(text);
    } catch (error) {
      return (error as Error).message;
    }
    const fault = publicKeyFault(publicKey);
    if (fault === undefined) this.#keys.push({ text, publicKey, from });
    return fault;
  }
}

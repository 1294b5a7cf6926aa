/** What a log needs around it, in memory: files, and the keys of subjects. */

import { randomBytes } from "node:crypto";
import type { Storage } from "../../bindings/evidence/storage.ts";
import { SUBJECT_KEY_BYTES, type SubjectKeys, subjectId } from "../../bindings/evidence/subject.ts";
import { hex } from "../../bindings/src/sha256.ts";

/** Files in memory. */
export class MemoryStorage implements Storage {
  readonly files = new Map<string, Uint8Array>();

  async list(): Promise<readonly string[]> {
    return [...this.files.keys()].sort();
  }
  async size(name: string): Promise<number> {
    return this.files.get(name)?.length ?? 0;
  }
  async read(name: string, at: number, length: number): Promise<Uint8Array> {
    return (this.files.get(name) ?? new Uint8Array(0)).slice(at, at + length);
  }
  async append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const old = this.files.get(name) ?? new Uint8Array(0);
    if (old.length !== at) throw new Error(`${name} has ${old.length} bytes, not ${at}`);
    const grown = new Uint8Array(at + bytes.length);
    grown.set(old);
    grown.set(bytes, at);
    this.files.set(name, grown);
  }
  async sync(): Promise<void> {}
  async replace(name: string, at: number, bytes: Uint8Array): Promise<void> {
    await this.cut(name, at);
    await this.append(name, at, bytes);
  }

  async cut(name: string, size: number): Promise<void> {
    this.files.set(name, (this.files.get(name) ?? new Uint8Array(0)).slice(0, size));
  }
  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, bytes.slice());
  }
  async close(): Promise<void> {}

  copy(): MemoryStorage {
    const copy = new MemoryStorage();
    for (const [name, bytes] of this.files) copy.files.set(name, bytes.slice());
    return copy;
  }
}

/** Keys of subjects in memory. */
export class MemoryKeys implements SubjectKeys {
  readonly #secret = new Uint8Array(32).fill(0x22);
  readonly #keys = new Map<string, Uint8Array>();

  idOf(name: string): Uint8Array {
    return subjectId(this.#secret, name);
  }
  key(id: Uint8Array): Uint8Array | undefined {
    return this.#keys.get(hex(id));
  }
  make(id: Uint8Array): Uint8Array {
    const known = this.key(id) ?? new Uint8Array(randomBytes(SUBJECT_KEY_BYTES));
    this.#keys.set(hex(id), known);
    return known;
  }
  destroy(id: Uint8Array): void {
    this.#keys.delete(hex(id));
  }
}

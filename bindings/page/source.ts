/** What was given to the page, as a storage that the verifier reads. */

import { EvidenceError } from "../evidence/errors.ts";
import type { StorageReader } from "../evidence/storage.ts";
import type { Given } from "./messages.ts";

/**
 * The storage of a log.
 * @throws EvidenceError when there is none.
 */
export function sourceOf({ log }: Pick<Given, "log">): StorageReader {
  if (log.size > 0) return new GivenFiles(log);
  throw new EvidenceError("log_none", "there is no log; give the folder that a log was written to");
}

/**
 * A file as a whole.
 * @throws EvidenceError when the browser does not read it.
 */
export async function bytesOf(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new EvidenceError(
      "storage",
      `${file.name}: it changed since it was given, or is too large for this browser; give it again, or use permit0 verify`,
    );
  }
}

/** Files of a browser, read in pieces. */
class GivenFiles implements StorageReader {
  readonly #files: ReadonlyMap<string, File>;

  constructor(files: ReadonlyMap<string, File>) {
    this.#files = files;
  }

  async list(): Promise<readonly string[]> {
    return [...this.#files.keys()].sort();
  }

  async size(name: string): Promise<number> {
    return this.#files.get(name)?.size ?? 0;
  }

  async read(name: string, at: number, length: number): Promise<Uint8Array> {
    const file = this.#files.get(name);
    if (file === undefined) return new Uint8Array(0);
    try {
      return new Uint8Array(await file.slice(at, at + length).arrayBuffer());
    } catch {
      // A browser does not read a file that changed after it was given.
      throw new EvidenceError("storage", `${name}: it changed while it was read; give the folder again`);
    }
  }
}

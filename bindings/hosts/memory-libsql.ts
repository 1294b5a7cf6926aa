/**
 * Histories in one file, for processes that restart or that share a machine: SQLite by way of the package `libsql`, which
 * you install beside this one. It needs no build and no install script.
 */

import Database from "libsql";
import { emptyCell, type Store, type StoredCell, type StoredChange, sameBytes } from "../src/memory.ts";
import { isThenable, Turns } from "../src/turns.ts";

export interface LibsqlStoreOptions {
  /** Milliseconds to wait for another process that writes, before the call is denied. Default 5000. */
  readonly waitMs?: number;
}

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS cells (
    id BLOB PRIMARY KEY, version INTEGER NOT NULL, digest BLOB NOT NULL, bytes BLOB NOT NULL
  ) STRICT;
  PRAGMA user_version = ${SCHEMA_VERSION};`;

/** Blobs come as one or the other, depending on the call. */
type Blob = Uint8Array | ArrayBuffer;

interface Row {
  readonly id: Blob;
  readonly version: number;
  readonly digest: Blob;
  readonly bytes: Blob;
}

/** A store that several processes may share. Only one of them writes at a time. */
export class LibsqlStore implements Store {
  readonly #database: Database.Database;
  readonly #put: Database.Statement;
  /** Statements that read so many histories at one moment. */
  readonly #selects = new Map<number, Database.Statement>();
  readonly #turns = new Turns();

  /**
   * Opens the file, or begins it.
   * @throws Error when it cannot be opened, or is of another version.
   */
  constructor(file: string, { waitMs = 5000 }: LibsqlStoreOptions = {}) {
    this.#database = new Database(file, { timeout: waitMs });
    try {
      this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
      this.#database.exec("BEGIN IMMEDIATE");
      const { user_version: version } = this.#database.prepare("PRAGMA user_version").get() as {
        user_version: number;
      };
      if (version === 0) this.#database.exec(SCHEMA);
      else if (version !== SCHEMA_VERSION)
        throw new Error(`${file}: wanted a store of version ${SCHEMA_VERSION}, came ${version}`);
      this.#database.exec("COMMIT");
      this.#put = this.#database.prepare(
        "INSERT OR REPLACE INTO cells (id, version, digest, bytes) VALUES (?, ?, ?, ?)",
      );
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  read(ids: readonly Uint8Array[]): readonly StoredCell[] {
    // The package goes on reading from a file that was closed.
    if (!this.#database.open) throw new Error("the store is closed");
    if (ids.length === 0) return [];
    // In an array: a single blob beside nothing else would be taken for an object of named values.
    const rows = this.#select(ids.length).all([...ids]) as Row[];
    const found = rows.map(({ id, version, digest, bytes }) => ({
      id: bytesOf(id),
      version,
      digest: bytesOf(digest),
      bytes: bytesOf(bytes),
    }));
    return ids.map((id) => found.find((cell) => sameBytes(cell.id, id)) ?? emptyCell(id));
  }

  commit(changes: readonly StoredChange[], append: () => void | Promise<void>): boolean | Promise<boolean> {
    return this.#turns.run(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      let appended: void | Promise<void>;
      try {
        const stored = this.read(changes.map(({ id }) => id));
        if (!changes.every(({ before }, at) => sameBytes(before, (stored[at] as StoredCell).digest))) {
          this.#database.exec("ROLLBACK");
          return false;
        }
        appended = append();
      } catch (error) {
        this.#rollBack();
        throw error;
      }
      if (!isThenable(appended)) return this.#write(changes);
      return Promise.resolve(appended).then(
        () => this.#write(changes),
        (error: unknown) => {
          this.#rollBack();
          throw error;
        },
      );
    });
  }

  close(): void {
    this.#database.close();
  }

  #write(changes: readonly StoredChange[]): true {
    try {
      for (const { next } of changes) {
        if (next !== undefined) this.#put.run(next.id, next.version, next.digest, next.bytes);
      }
      this.#database.exec("COMMIT");
      return true;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** After an error: some of them have ended the transaction already. */
  #rollBack(): void {
    if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
  }

  #select(count: number): Database.Statement {
    let statement = this.#selects.get(count);
    if (statement === undefined) {
      const places = Array.from({ length: count }, () => "?").join(", ");
      statement = this.#database.prepare(
        `SELECT id, version, digest, bytes FROM cells WHERE id IN (${places})`,
      );
      this.#selects.set(count, statement);
    }
    return statement;
  }
}

function bytesOf(blob: Blob): Uint8Array {
  return blob instanceof ArrayBuffer ? new Uint8Array(blob) : blob;
}

/**
 * Where the bytes of a log lie: files that only grow, by name. A folder (`permit0/node`) is one, a table of a database can
 * be another, and what a page was given is one to read. Names have `/` between their steps, and no other meaning.
 */

export interface StorageReader {
  /** Every name, in ascending order of its characters. */
  list(): Promise<readonly string[]>;
  /** Bytes under a name; 0 for one that is not there. */
  size(name: string): Promise<number>;
  /** Bytes from `at` on, fewer than asked for at the end. */
  read(name: string, at: number, length: number): Promise<Uint8Array>;
}

export interface Storage extends StorageReader {
  /** As for a reader; and every name it returns is on the disk. */
  list(): Promise<readonly string[]>;
  /**
   * Puts bytes behind the `at` bytes that stand there. Not safe from a crash before {@link sync}.
   * @throws when there are not `at` bytes, or not all of them could be written. What stands behind `at` is then unknown.
   */
  append(name: string, at: number, bytes: Uint8Array): Promise<void>;
  /** What stands under the name, and the name itself, is on the disk when this returns. */
  sync(name: string): Promise<void>;
  /** Leaves the first `size` bytes, on the disk when this returns. */
  cut(name: string, size: number): Promise<void>;
  /**
   * Puts bytes over all that stands from `at` on, on the disk when this returns. A crash on the way leaves these bytes, with or
   * without more behind them, or some of them and some of those before, but never the first `at` alone.
   */
  replace(name: string, at: number, bytes: Uint8Array): Promise<void>;
  /** All of these bytes under a new name, on the disk when this returns; or nothing. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Lets go of what was opened. */
  close(): Promise<void>;
}

/** The input a thread is at, where the main thread can read it when the thread no longer answers. */

/** A whole image, and a request or two. */
const INPUT_BYTES_MAX = 5 * 1024 * 1024;
const HEADER_BYTES = 8;

export class SharedInput {
  readonly #header: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(HEADER_BYTES + INPUT_BYTES_MAX)) {
    this.#header = new Int32Array(buffer, 0, 2);
    this.#bytes = new Uint8Array(buffer, HEADER_BYTES);
  }

  put(input: Uint8Array): void {
    const kept = input.length > INPUT_BYTES_MAX ? input.subarray(0, INPUT_BYTES_MAX) : input;
    this.#bytes.set(kept);
    this.#header[1] = kept.length;
    Atomics.add(this.#header, 0, 1);
  }

  /** Inputs so far: a thread that stands still does not count on. */
  get beats(): number {
    return Atomics.load(this.#header, 0);
  }

  input(): Uint8Array {
    return this.#bytes.slice(0, this.#header[1]);
  }
}

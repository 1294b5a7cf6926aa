/** Lines of a byte stream, one at a time, each within a bound: a line without an end must not fill the memory. */

import { CliError } from "./failure.js";

/** A line holds a call and what surrounds it; a request is at most 64 KiB, its context rarely a megabyte. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;

/** A line's text, or why it has none. */
export type Line = { readonly text: string } | { readonly fault: "too_long" | "utf8" };

const LINE_FEED = 0x0a;

/** Splits a stream at line feeds. The last line needs none. */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array>,
  bytesMax = LINE_BYTES_MAX,
): AsyncGenerator<Line> {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let tooLong = false;

  const take = (): Line => {
    const bytes = held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held, heldBytes);
    const wasTooLong = tooLong;
    held = [];
    heldBytes = 0;
    tooLong = false;
    if (wasTooLong) return { fault: "too_long" };
    try {
      return { text: utf8.decode(bytes) };
    } catch {
      return { fault: "utf8" };
    }
  };
  const hold = (bytes: Uint8Array): void => {
    if (tooLong) return;
    if (heldBytes + bytes.length > bytesMax) {
      tooLong = true;
      held = [];
      heldBytes = 0;
      return;
    }
    held.push(bytes);
    heldBytes += bytes.length;
  };

  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array))
      throw new CliError("usage", "wanted bytes on standard input, came text");
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      hold(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) hold(chunk.subarray(start));
  }
  if (heldBytes > 0 || tooLong) yield take();
}

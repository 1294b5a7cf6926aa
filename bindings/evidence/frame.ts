/**
 * Frames: one durable write each, length and checksum before the bytes. Inside, each entry as a CMP/1 bin, and right behind
 * an entry that is `sealed` its payload as another: docs/format/log.md.
 */

import { crc32c } from "./crc32c.ts";

export const FRAME_HEADER_BYTES = 8;
export const FRAME_BYTES_MAX = 4 * 1024 * 1024;

/** Frame around a run of bins. */
export function frameOf(bins: readonly Uint8Array[]): Uint8Array {
  const length = bins.reduce((sum, bin) => sum + binHeaderBytes(bin.length) + bin.length, 0);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + length);
  const view = new DataView(frame.buffer);
  let at = FRAME_HEADER_BYTES;
  for (const bin of bins) {
    at = putBinHeader(view, at, bin.length);
    frame.set(bin, at);
    at += bin.length;
  }
  view.setUint32(0, length, true);
  view.setUint32(4, crc32c(frame, FRAME_HEADER_BYTES), true);
  return frame;
}

/** Bytes that a bin takes in a frame. */
export function binBytes(length: number): number {
  return binHeaderBytes(length) + length;
}

function binHeaderBytes(length: number): number {
  return length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 5;
}

function putBinHeader(view: DataView, at: number, length: number): number {
  if (length < 0x100) {
    view.setUint16(at, 0xc400 | length);
    return at + 2;
  }
  if (length < 0x1_0000) {
    view.setUint8(at, 0xc5);
    view.setUint16(at + 1, length);
    return at + 3;
  }
  view.setUint8(at, 0xc6);
  view.setUint32(at + 1, length);
  return at + 5;
}

/** A piece of a file: where its content begins and ends. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The bin at `at`, in its one canonical form; undefined when there is none that ends at or before `end`. */
export function binAt(bytes: Uint8Array, at: number, end: number): Span | undefined {
  const type = bytes[at];
  let from = at + 2;
  let length = bytes[at + 1] as number;
  if (type === 0xc5) {
    from = at + 3;
    length = (length << 8) | (bytes[at + 2] as number);
    if (length < 0x100) return undefined;
  } else if (type === 0xc6) {
    from = at + 5;
    if (from > end) return undefined;
    length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 1);
    if (length < 0x1_0000) return undefined;
  } else if (type !== 0xc4) return undefined;
  const to = from + length;
  return from <= end && to <= end ? { from, to } : undefined;
}

/** Why the bytes at an offset are no frame. */
export type FrameFault = "short" | "length" | "checksum";

/** The frame at `at` in the `size` bytes of `bytes`: its content, or why it is none. */
export function frameAt(bytes: Uint8Array, at: number, size: number): Span | FrameFault {
  const from = at + FRAME_HEADER_BYTES;
  if (from > size) return "short";
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = view.getUint32(at, true);
  if (length === 0 || length > FRAME_BYTES_MAX) return "length";
  const to = from + length;
  if (to > size) return "short";
  return crc32c(bytes, from, to) === view.getUint32(at + 4, true) ? { from, to } : "checksum";
}

// Written by `npm run gen` from tools/detectors.ts; do not edit. Kinds of bytes: docs/format/detect.md.

export const KIND_DIGIT: u32 = 1;
export const KIND_UPPER: u32 = 2;
export const KIND_LOWER: u32 = 4;
export const KIND_UNDERSCORE: u32 = 8;
export const KIND_DASH: u32 = 16;
export const KIND_PLUS_SLASH: u32 = 32;
export const KIND_EQUALS: u32 = 64;
export const KIND_DOT: u32 = 128;
export const KIND_HEX_LOWER: u32 = 256;
export const KIND_HEX_UPPER: u32 = 512;
export const KIND_LINE_END: u32 = 1024;
export const KIND_CELL: u32 = 2048;
export const KIND_VALUE_END: u32 = 4096;
export const KIND_SEPARATOR: u32 = 8192;

/** Kinds of each byte, two bytes each. */
// biome-ignore format: sixteen a line
export const KINDS_AT: usize = memory.data<u16>([
  4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 6144, 5120, 4096, 4096, 4096, 4096, 4096,
  4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096,
  12288, 0, 4096, 0, 0, 0, 4096, 4096, 4096, 4096, 0, 32, 6144, 8208, 8320, 32,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 6144, 4096, 64, 4096, 0,
  0, 514, 514, 514, 514, 514, 514, 2, 2, 2, 2, 2, 2, 2, 2, 2,
  2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 4096, 4096, 4096, 0, 8,
  4096, 260, 260, 260, 260, 260, 260, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4096, 6144, 4096, 0, 4096,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** CRC-32C (Castagnoli), eight bytes a step: finds what a disk damages. Who means harm meets the hashes. */

const POLYNOMIAL = 0x82f63b78;
const TABLE_SIZE = 256;
const SLICES = 8;

/** Eight tables behind each other: the effect of one byte, seen from 1 to 8 bytes further on. */
const TABLES = new Uint32Array(SLICES * TABLE_SIZE);

for (let byte = 0; byte < TABLE_SIZE; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLES[byte] = crc;
}
for (let at = TABLE_SIZE; at < TABLES.length; at++) {
  const before = TABLES[at - TABLE_SIZE] as number;
  TABLES[at] = (before >>> 8) ^ (TABLES[before & 0xff] as number);
}

/** Checksum of `bytes[from..to)`. */
export function crc32c(bytes: Uint8Array, from = 0, to: number = bytes.length): number {
  const t = TABLES;
  let crc = 0xffffffff;
  let at = from;
  for (const end = to - SLICES; at <= end; at += SLICES) {
    const low =
      crc ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24));
    crc =
      (t[1792 + (low & 0xff)] as number) ^
      (t[1536 + ((low >>> 8) & 0xff)] as number) ^
      (t[1280 + ((low >>> 16) & 0xff)] as number) ^
      (t[1024 + (low >>> 24)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number);
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ (t[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
}

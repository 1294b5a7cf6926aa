/** Where a value of CMP/1 ends, in bytes that are known to be canonical. */

/** First offset behind the value at `at`. */
export function behindValue(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let next = at;
  for (let open = 1; open > 0; open--) {
    const type = view.getUint8(next++);
    if (type < 0x80 || type >= 0xe0 || (type >= 0xc0 && type <= 0xc3)) continue;
    if (type < 0x90) open += 2 * (type & 0x0f);
    else if (type < 0xa0) open += type & 0x0f;
    else if (type < 0xc0) next += type & 0x1f;
    else if (type === 0xdc || type === 0xde) {
      open += view.getUint16(next) * (type === 0xde ? 2 : 1);
      next += 2;
    } else if (type === 0xdd || type === 0xdf) {
      open += view.getUint32(next) * (type === 0xdf ? 2 : 1);
      next += 4;
    } else if (type === 0xc4 || type === 0xd9) next += 1 + view.getUint8(next);
    else if (type === 0xc5 || type === 0xda) next += 2 + view.getUint16(next);
    else if (type === 0xc6 || type === 0xdb) next += 4 + view.getUint32(next);
    else next += SCALAR_BYTES[type] ?? 0;
  }
  return next;
}

/** Bytes behind the type byte of numbers. */
const SCALAR_BYTES: Readonly<Record<number, number>> = {
  203: 8,
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
};

/** Whether a request that was kept is the one that a record was made for: docs/format/request.md, "Commitments". */

import { type CmpValue, CodecError, decode } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { sha256 } from "../src/sha256.ts";
import { type CmpMap, isMap } from "./fields.ts";
import { type Hash, sameHash } from "./tree.ts";

const DOMAIN = new TextEncoder().encode("cmp1:commit\n");
const CALL_KEYS = ["args", "fields", "event"] as const;

/**
 * Whether the record commits to the request. A request is kept without the digests of its histories; those are in the
 * record.
 */
export function isRequestOf(record: Uint8Array, request: Uint8Array, hash: Hash = sha256): boolean {
  const said = mapOf(record);
  const whole = mapOf(request);
  const name = CALL_KEYS.find((key) => whole !== undefined && Object.hasOwn(whole, key));
  if (said === undefined || whole === undefined || name === undefined) return false;
  const { salt } = whole;
  if (!(salt instanceof Uint8Array && said.args instanceof Uint8Array && said.request instanceof Uint8Array))
    return false;
  const args = hash(DOMAIN, salt, encode(whole[name]));
  if (!sameHash(args, said.args)) return false;
  const cells = cellsOf(said.cells);
  const envelope = { ...whole, [name]: args, ...(cells === undefined ? {} : { cells }) };
  return sameHash(hash(DOMAIN, salt, encode(envelope)), said.request);
}

function cellsOf(cells: CmpValue | undefined): CmpValue[] | undefined {
  if (!Array.isArray(cells)) return undefined;
  return cells.map((cell) => (isMap(cell) ? [cell.id ?? null, cell.before ?? null] : null));
}

function mapOf(bytes: Uint8Array): CmpMap | undefined {
  try {
    const value = decode(bytes);
    return isMap(value) ? value : undefined;
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

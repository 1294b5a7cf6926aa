/** From a request to what its record says of it: docs/format/request.md, "Commitments". */

import { type CmpMap, type CmpValue, CodecError, decode, isMap } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { COMMIT_DOMAIN, RECORD_DOMAIN } from "../src/domains.ts";
import { REQUEST_BYTES_MAX } from "../src/gen/limits.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { EvidenceError } from "./errors.ts";
import { readRequest } from "./payload.ts";
import { sameHash } from "./tree.ts";

/** What a record commits to. */
export interface Commitments {
  readonly args: Uint8Array;
  readonly request: Uint8Array;
}

/**
 * The commitments of a whole request, so that a payload is known to be that of a record without deciding again. Those of
 * a copy from which something was redacted are none of any record.
 * @throws EvidenceError when the bytes are no request.
 */
export function commitmentsOf(request: Uint8Array): Commitments {
  const { whole, name, salt } = readRequest(request);
  const commit = (value: unknown): Uint8Array =>
    sha256(COMMIT_DOMAIN, salt, encode(value, REQUEST_BYTES_MAX + 34));
  const args = commit(whole[name]);
  return { args, request: commit({ ...whole, [name]: args }) };
}

/**
 * Whether a record was made for a request that was kept. What is kept has no digests of histories; those of the record are
 * put back in.
 */
export function isRequestOf(record: Uint8Array, request: Uint8Array): boolean {
  try {
    const said = decode(record) as CmpMap;
    const whole = decode(request) as CmpMap;
    const cells = cellsOf(said.cells);
    const { args, request: found } = commitmentsOf(
      cells === undefined ? request : encode({ ...whole, cells }, REQUEST_BYTES_MAX),
    );
    return (
      isDigest(said.args) &&
      sameHash(args, said.args) &&
      isDigest(said.request) &&
      sameHash(found, said.request)
    );
  } catch (error) {
    if (error instanceof EvidenceError || error instanceof CodecError) return false;
    throw error;
  }
}

const isDigest = (value: CmpValue | undefined): value is Uint8Array => value instanceof Uint8Array;

function cellsOf(cells: CmpValue | undefined): CmpValue[] | undefined {
  if (!Array.isArray(cells)) return undefined;
  return cells.map((cell) => (isMap(cell) ? [cell.id ?? null, cell.before ?? null] : null));
}

/** The digest under which others name a record, in hex. */
export function recordDigest(record: Uint8Array): string {
  return hex(sha256(RECORD_DOMAIN, record));
}

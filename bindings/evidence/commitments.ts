/** From a request to what its record says of it: docs/format/request.md, "Commitments". */

import { encode } from "../src/codec/encode.ts";
import { REQUEST_BYTES_MAX } from "../src/gen/limits.ts";
import { sha256 } from "../src/sha256.ts";
import { readRequest } from "./payload.ts";

const DOMAIN = new TextEncoder().encode("cmp1:commit\n");

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
  const commit = (value: unknown): Uint8Array => sha256(DOMAIN, salt, encode(value, REQUEST_BYTES_MAX + 34));
  const args = commit(whole[name]);
  return { args, request: commit({ ...whole, [name]: args }) };
}

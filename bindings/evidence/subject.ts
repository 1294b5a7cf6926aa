/** Whose call it is, and who keeps the keys: docs/format/payload.md, "Subject". */

import { decode } from "../src/codec/decode.ts";
import { hmacUnder } from "./hmac.ts";

export const SUBJECT_ID_BYTES = 16;
export const SUBJECT_KEY_BYTES = 32;

/** The keys of subjects, outside the log. What it throws reaches whoever asked for the key. */
export interface SubjectKeys {
  /** The id that stands in the log for a subject. */
  idOf(name: string): Uint8Array;
  /** The key of a subject; undefined when there is none, or none any more. */
  key(id: Uint8Array): Uint8Array | undefined;
  /** The key of a subject, made if there is none. */
  make(id: Uint8Array): Uint8Array;
  /** Ends the key of a subject for good. One that is not there has ended already. */
  destroy(id: Uint8Array): void;
}

const utf8 = new TextEncoder();
const LEAD = utf8.encode("subject\n");

/** The id of a subject under a vault secret. */
export function subjectId(secret: Uint8Array, name: string): Uint8Array {
  return hmacUnder(secret)(LEAD, utf8.encode(name)).slice(0, SUBJECT_ID_BYTES);
}

/** Whose request it is, from its bytes: principal, else actor, else session, else nobody's. */
export function subjectOf(request: Uint8Array): string {
  const { context } = decode(request) as unknown as { context: Readonly<Record<string, unknown>> };
  const { principal, actor, session } = context;
  return String(principal ?? actor ?? session ?? "");
}

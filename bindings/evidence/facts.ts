/** What a reader of logs needs of a record before anybody has computed anything. */

import { CodecError, decode } from "../src/codec/decode.ts";
import { hex } from "../src/sha256.ts";
import type { Mode, Verdict } from "../src/types.ts";

export interface RecordFacts {
  /** SHA-256 of the engine and the image, in hex. */
  readonly engine: string;
  readonly image: string;
  readonly verdict: Verdict;
  readonly mode: Mode;
  readonly timeMs: number;
  /** The host answered, no engine. */
  readonly byHost: boolean;
  /** It was decided with histories, even if with none. */
  readonly hasCells: boolean;
  /** It was decided with what persons approved, whatever came of it. */
  readonly hasApproval: boolean;
}

/** Undefined for bytes that have not even these members; whether they are a record shows when it is computed. */
export function factsOf(record: Uint8Array): RecordFacts | undefined {
  let members: unknown;
  try {
    members = decode(record);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return undefined;
  }
  if (typeof members !== "object" || members === null) return undefined;
  const { approval, engine, image, verdict, mode, time_ms, by, cells } = members as Readonly<
    Record<string, unknown>
  >;
  const isRecord =
    engine instanceof Uint8Array &&
    image instanceof Uint8Array &&
    (verdict === "allow" || verdict === "review" || verdict === "deny") &&
    (mode === "enforce" || mode === "shadow") &&
    typeof time_ms === "number";
  if (!isRecord) return undefined;
  return {
    engine: hex(engine),
    image: hex(image),
    verdict,
    mode,
    timeMs: time_ms,
    byHost: by !== undefined,
    hasCells: cells !== undefined,
    hasApproval: approval !== undefined,
  };
}

/** Arguments against what a token covers. They come as the bytes that were hashed, and are given back as read from them. */

import { type CmpValue, decode } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { CodecError, quoted } from "../src/codec/errors.ts";
import { deepFreeze } from "../src/frozen.ts";
import { REQUEST_BYTES_MAX } from "../src/gen/limits.ts";
import type { Capability, Claims, CoveredArguments } from "./claims.ts";
import { argsDigest, needMatch } from "./constraints.ts";
import { TokenError } from "./errors.ts";

/** What is to run: the host's own tool by its name, a tool of a server, or an action. */
export type Target =
  | string
  | { readonly tool: string; readonly server?: string }
  | { readonly action: string };

export type DecodedArguments = { readonly [name: string]: CmpValue };

/**
 * The arguments of a run that a token covers, frozen.
 * @param args CMP/1 bytes of a map.
 * @throws TokenError `tool_other`, `args_*` with the first thing that is not covered.
 */
export function matchArguments(
  { cap }: Pick<Claims, "cap">,
  target: Target,
  args: Uint8Array,
): DecodedArguments {
  matchTarget({ cap }, target);
  return needArguments(cap.args, args);
}

/**
 * The bytes of arguments, as they are hashed and run.
 * @throws CodecError for what has none; TokenError `args_bytes` for what is no map.
 */
export function encodeArguments(args: unknown): Uint8Array {
  const bytes = encode(args, REQUEST_BYTES_MAX);
  decoded(bytes);
  return bytes;
}

/** @internal */
export function needArguments(covered: CoveredArguments, bytes: Uint8Array): DecodedArguments {
  const args = decoded(bytes);
  if (covered.mode === "match") needMatch(covered.c, args);
  else if (argsDigest(bytes) !== covered.h)
    throw new TokenError("args_hash", {
      path: "args",
      wanted: "the arguments that were decided",
      came: "others",
    });
  return deepFreeze(args);
}

/**
 * Holds the name of what is to run against a token, without its arguments: not enough to run it.
 * @throws TokenError `tool_other`.
 */
export function matchTarget(
  { cap }: { readonly cap: Pick<Capability, "tool" | "server" | "direct"> },
  target: Target,
): void {
  const isDirect = typeof target === "object" && "action" in target;
  const name = typeof target === "string" ? target : isDirect ? target.action : target.tool;
  const server = typeof target === "string" || isDirect ? undefined : target.server;
  if (name === cap.tool && server === cap.server && isDirect === (cap.direct === true)) return;
  throw new TokenError("tool_other", {
    wanted: shown(cap.tool, cap.server, cap.direct === true),
    came: shown(name, server, isDirect),
  });
}

function shown(name: string, server: string | undefined, isDirect: boolean): string {
  if (isDirect) return `the action ${quoted(name)}`;
  return `the tool ${quoted(name)}${server === undefined ? "" : ` of ${quoted(server)}`}`;
}

function decoded(bytes: Uint8Array): DecodedArguments {
  let value: CmpValue;
  try {
    value = decode(bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new TokenError("args_bytes", {
      path: "args",
      wanted: "CMP/1 bytes",
      came: error.code,
      cause: error,
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array))
    return value as DecodedArguments;
  throw new TokenError("args_bytes", { path: "args", wanted: "a map", came: "another value" });
}

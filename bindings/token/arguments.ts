/** Arguments against what a token covers. They come as the bytes that were hashed, and are given back as read from them. */

import { type CmpMap, type CmpValue, decode, isMap } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { CodecError, quoted } from "../src/codec/errors.ts";
import { shown } from "../src/errors.ts";
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

export type DecodedArguments = CmpMap;

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
  const given: { readonly [name in "tool" | "server" | "action"]?: unknown } =
    typeof target === "object" && target !== null ? target : { tool: target };
  const isDirect = "action" in given;
  const name = isDirect ? given.action : given.tool;
  const server = isDirect ? undefined : given.server;
  if (name === cap.tool && server === cap.server && isDirect === (cap.direct === true)) return;
  throw new TokenError("tool_other", {
    wanted: targetText(cap.tool, cap.server, cap.direct === true),
    came: targetText(name, server, isDirect),
  });
}

function targetText(name: unknown, server: unknown, isDirect: boolean): string {
  const text = (value: unknown): string => (typeof value === "string" ? quoted(value) : shown(value));
  if (isDirect) return `the action ${text(name)}`;
  return `the tool ${text(name)}${server === undefined ? "" : ` of ${text(server)}`}`;
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
  if (isMap(value)) return value;
  throw new TokenError("args_bytes", { path: "args", wanted: "a map", came: "another value" });
}

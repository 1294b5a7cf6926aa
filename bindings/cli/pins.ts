/**
 * Pins of tool servers in files: the digest in the organisation's policy, which decides, and beside it the definitions that
 * were pinned, so that a later change can be shown.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { definitionDigests, type ToolDefinition, toolsOf } from "permit0/engine";
import { isMap, isScalar, parseDocument } from "yaml";
import { CliError } from "./failure.js";
import { readPolicy, textOf } from "./policy.js";

const LOCK_VERSION = 1;

interface Lock {
  readonly v: number;
  readonly servers: Record<string, { readonly digest: string; readonly tools: readonly ToolDefinition[] }>;
}

/** `permit0.yaml` has its definitions in `permit0.servers.json`. */
export function lockFileOf(policy: string): string {
  return `${policy.replace(/\.ya?ml$/, "")}.servers.json`;
}

/** Tools of a file with an answer to `tools/list`. Read as hosts read it, so that both get one digest. */
export function readTools(file: string): readonly ToolDefinition[] {
  const text = textOf(readPolicy(file, "the JSON answer to tools/list"), file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CliError("file", `${file}: wanted the JSON answer to tools/list; ${(error as Error).message}`);
  }
  return toolsOf(value, file);
}

function readLock(file: string): Lock {
  if (!existsSync(file)) return { v: LOCK_VERSION, servers: {} };
  const fault = (why: string): CliError =>
    new CliError(
      "file",
      `${file}: wanted pinned definitions; ${why}; remove the file and pin each server again`,
    );
  let lock: Lock | null;
  try {
    lock = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw fault((error as Error).message);
  }
  if (lock?.v !== LOCK_VERSION || typeof lock.servers !== "object" || lock.servers === null) {
    throw fault(`came no file of version ${LOCK_VERSION}`);
  }
  return lock;
}

/** The definitions that were pinned; undefined when the lock file does not have those of this digest. */
export function pinnedTools(
  policy: string,
  server: string,
  digest: string,
): readonly ToolDefinition[] | undefined {
  const { servers } = readLock(lockFileOf(policy));
  const found = Object.hasOwn(servers, server) ? servers[server] : undefined;
  if (found === undefined) return undefined;
  const tools = toolsOf(found.tools, lockFileOf(policy));
  // The policy decides: a lock file that somebody changed alone is not believed.
  return definitionDigests(tools).server === digest ? tools : undefined;
}

export interface ServerEntry {
  readonly pack: string;
  /** Hex digits of the pin. */
  readonly pin: string | undefined;
  /** The policy's text with another pin. */
  readonly withPin: (digest: string) => string;
}

/** A server of a policy, with a way to change its pin that leaves everything else in the file as it is. */
export function serverOf(file: string, text: string, server: string): ServerEntry {
  const document = parseDocument(text);
  const node = document.getIn(["servers", server]);
  if (document.errors.length > 0 || !isMap(node)) {
    const add = `servers: { ${JSON.stringify(server)}: { pack: NAME } }`;
    throw new CliError(
      "usage",
      `${file}: wanted the server ${JSON.stringify(server)} under servers; bind it first: ${add}`,
    );
  }
  const pack = node.get("pack", true);
  const pin = node.get("pin", true);
  const packEnd = isScalar(pack) ? pack.range?.[1] : undefined;
  if (!isScalar(pack) || packEnd === undefined) {
    throw new CliError(
      "usage",
      `${file}: wanted a pack for the server ${JSON.stringify(server)}; run permit0 lint ${file}`,
    );
  }
  const withPin = (digest: string): string => {
    const value = `sha256:${digest}`;
    if (isScalar(pin) && pin.range) return text.slice(0, pin.range[0]) + value + text.slice(pin.range[1]);
    // Behind the pack: on its line in braces, else on a line of its own that begins where `pack` does.
    const key = node.items.find(({ value: found }) => found === pack)?.key;
    const keyAt = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    const indent = " ".repeat(keyAt - (text.lastIndexOf("\n", keyAt - 1) + 1));
    const lead = node.flow === true ? ", " : `\n${indent}`;
    return `${text.slice(0, packEnd)}${lead}pin: ${value}${text.slice(packEnd)}`;
  };
  const said = isScalar(pin) ? /^sha256:([0-9a-f]{64})$/.exec(String(pin.value))?.[1] : undefined;
  return { pack: String(pack.value), pin: said, withPin };
}

/** Writes the definitions first: a policy with a pin and no definitions could not show what changed. */
export function writePin(
  policy: string,
  policyText: string,
  server: string,
  tools: readonly ToolDefinition[],
): void {
  const file = lockFileOf(policy);
  const { servers } = readLock(file);
  const { server: digest } = definitionDigests(tools);
  const all = Object.entries({ ...servers, [server]: { digest, tools } });
  const sorted = Object.fromEntries(all.sort(([one], [other]) => (one < other ? -1 : 1)));
  write(file, `${JSON.stringify({ v: LOCK_VERSION, servers: sorted }, null, 2)}\n`);
  write(policy, policyText);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError("file", `${file}: wanted to write the pin; ${(error as Error).message}`);
  }
}

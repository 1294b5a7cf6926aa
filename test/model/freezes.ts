/** What is frozen (docs/format/cell.md, section 6): the names of a call that a person may have stopped. */
import type { Cell } from "./cells.ts";
import { hit } from "./coverage.ts";
import { hashOf, OF_FROZEN } from "./hashes.ts";
import type { Image } from "./image.ts";
import { type Match, splitTool } from "./match.ts";
import { canonicalToolName } from "./names.ts";
import { FROZEN, hasMark } from "./notes.ts";
import type { Request } from "./request.ts";
import { position, wire } from "./wire.ts";

const PIN = "@sha256:";

export function frozenHash(keySalt: Uint8Array, scope: string, value: string): bigint {
  return hashOf(keySalt, OF_FROZEN + position(wire.freeze_scopes, scope), value);
}

/** The hashes of what a person names: of a tool without a server its canonical name is another one. */
export function hashesOfFreeze(keySalt: Uint8Array, image: Image, scope: string, value: string): bigint[] {
  const values = new Set([value]);
  if (scope === "tool") {
    const { server, name } = splitTool(value, image);
    if (server === null) values.add(canonicalToolName(name));
  }
  if (scope === "tool") hit(`freeze or thaw of a tool by ${values.size}`);
  return [...values].map((one) => frozenHash(keySalt, scope, one));
}

/** A server without the digest of its definitions. */
function withoutPin(server: string): string {
  const at = server.indexOf(PIN);
  return at < 0 ? server : server.slice(0, at);
}

/** Everything that a call names, by scope. `actions`: of all parts of all readings. */
export function namesOfCall(request: Request, match: Match, actions: string[]): [string, string][] {
  const { texts } = request.context;
  const names: [string, string | null | undefined][] = [
    ...["tenant", "principal", "agent", "actor", "session"].map((scope): [string, string | undefined] => [
      scope,
      texts.get(scope),
    ]),
    ["session", texts.get("parent")],
    ["tool", request.tool],
    ["tool", match.canonical],
    ...[match.server, request.server].map((server): [string, string | null] => [
      "server",
      server == null ? null : withoutPin(server),
    ]),
    ...actions.map((action): [string, string] => ["action", action]),
  ];
  return names.flatMap(([scope, value]): [string, string][] => (value == null ? [] : [[scope, value]]));
}

export function isFrozen(cell: Cell, names: [string, string][], keySalt: Uint8Array): boolean {
  const found = names.filter(([scope, value]) => hasMark(cell, frozenHash(keySalt, scope, value), FROZEN));
  for (const [scope] of found) hit(`frozen ${scope}`);
  const servers = names.filter(([scope]) => scope === "server");
  if (
    servers.length === 2 &&
    !found.includes(servers[0] as [string, string]) &&
    found.includes(servers[1] as [string, string])
  ) {
    hit("frozen server of the request alone");
  }
  return found.length > 0;
}

/**
 * Tool servers by what they say about themselves: the digest of a server's tool definitions (docs/format/servers.md), and
 * which calls come from a server whose definitions are the ones that a person pinned.
 */

import { CodecError, encode } from "./codec/encode.ts";
import { typedError } from "./codec/request.ts";
import { EngineError, shown } from "./errors.ts";
import { hex, sha256 } from "./sha256.ts";

/** Members of a definition that its digest covers: everything that tells a model or a host what the tool is. */
export const DEFINITION_KEYS = [
  "annotations",
  "description",
  "inputSchema",
  "name",
  "outputSchema",
  "title",
] as const;

/** One tool of a `tools/list`, with the members of {@link DEFINITION_KEYS} that it has and no others. */
export interface ToolDefinition {
  readonly name: string;
  readonly title?: unknown;
  readonly description?: unknown;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: unknown;
}

/** What a server's tools come to, in lower-case hex. */
export interface DefinitionDigests {
  readonly server: string;
  /** By name of the tool, ascending. */
  readonly tools: ReadonlyMap<string, string>;
}

const UTF8 = new TextEncoder();
const TOOL_DOMAIN = UTF8.encode("cmp1:tool\n");
const SERVER_DOMAIN = UTF8.encode("cmp1:server\n");
const PIN_MARK = "@sha256:";

/** The name that a pinned server has in the image, and in the request of a host that saw these definitions. */
export function pinnedName(server: string, digest: string): string {
  return `${server}${PIN_MARK}${digest}`;
}

/** Whether a name says which definitions it stands for. */
export function isPinnedName(name: string): boolean {
  return name.includes(PIN_MARK);
}

function plainName(name: string): string {
  return name.split(PIN_MARK)[0] ?? name;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function refused(path: string, wanted: string, came: string): EngineError {
  const advice = "Give the whole answer of the server to `tools/list`.";
  return new EngineError("option_type", { path, wanted, came, advice });
}

/**
 * The definitions of a `tools/list`: an array, `{ tools: [...] }`, or the JSON-RPC answer around that.
 * @param path what errors call the list.
 * @throws EngineError `option_type` when it is another thing, lists a name twice, or is one page of several.
 */
export function toolsOf(list: unknown, path = "tools"): readonly ToolDefinition[] {
  const answer = memberOf(list, "result") ?? list;
  const tools = Array.isArray(answer) ? answer : memberOf(answer, "tools");
  if (!Array.isArray(tools)) throw refused(path, "a list of tools", shown(list));
  if ((memberOf(answer, "nextCursor") ?? null) !== null) {
    throw refused(path, "all pages in one list", "one page: it has nextCursor");
  }
  const names = new Set<string>();
  return tools.map((tool: unknown, index) => {
    const place = `${path}[${index}]`;
    const name = memberOf(tool, "name");
    if (typeof name !== "string" || name === "") throw refused(`${place}.name`, "a tool name", shown(name));
    if (names.has(name)) throw refused(`${place}.name`, "each tool once", shown(name));
    names.add(name);
    const members = DEFINITION_KEYS.map((key) => [key, memberOf(tool, key)] as const);
    // What is absent and what is undefined cannot be told apart once it went over a wire.
    return Object.fromEntries(
      members.filter(([, value]) => value !== undefined),
    ) as unknown as ToolDefinition;
  });
}

function digestOf(domain: Uint8Array, value: unknown): Uint8Array {
  try {
    return sha256(domain, encode(value));
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw typedError(error);
  }
}

/**
 * Digests of the tools of a server, and of all of them together.
 * @throws EngineError when they have no canonical bytes: too many, nested too deeply, or text that is not Unicode.
 *
 * @example
 * const { server } = definitionDigests(toolsOf(await client.listTools()));
 */
export function definitionDigests(tools: readonly ToolDefinition[]): DefinitionDigests {
  const digests = new Map(tools.map((tool) => [tool.name, digestOf(TOOL_DOMAIN, tool)]));
  // A CMP/1 map has its keys in one order, whatever order the server listed its tools in.
  const server = hex(digestOf(SERVER_DOMAIN, Object.fromEntries(digests)));
  const sorted = [...digests].sort(([one], [other]) => (one < other ? -1 : 1));
  return { server, tools: new Map(sorted.map(([name, digest]) => [name, hex(digest)])) };
}

/** How a server stands to the policy after its definitions were seen. */
export type ServerStanding = "pinned" | "changed" | "not pinned" | "not bound";

/** The part of a policy that is about servers: the names it binds. */
export interface BoundServers {
  servers(): readonly string[];
}

interface ToolCallNames {
  readonly tool?: string;
  readonly server?: string;
}

/** A call under the names that the engine shall see, and what to tell people when its server is not the pinned one. */
export interface ResolvedCall<C> {
  readonly call: C;
  readonly sentence?: string;
}

/** No policy can bind a server of this name: it says that it is pinned and not to what. */
const NO_SERVER = pinnedName("unknown", "");
const CARRIED = /^mcp__(.+?)__(.+)$/is;

/**
 * The servers of one host and the definitions that it saw. The engine knows a pinned server only by name and digest
 * together, so whoever cannot show the pinned definitions is not bound: leaving a server out here never calms anything.
 */
export class ServerRegistry {
  readonly #seen = new Map<string, DefinitionDigests>();

  /**
   * Takes the definitions that a server sent last.
   * @throws EngineError when they cannot be read; the server then counts as one whose definitions nobody saw.
   */
  register(server: string, list: unknown): void {
    this.#seen.delete(server);
    this.#seen.set(server, definitionDigests(toolsOf(list, `tools.${server}`)));
  }

  standing(server: string, policy: BoundServers): ServerStanding {
    const pin = pinOf(server, policy);
    if (pin === undefined) return policy.servers().includes(server) ? "not pinned" : "not bound";
    return this.#nameOf(server) === pin ? "pinned" : "changed";
  }

  /** The call as it goes to the engine. */
  resolve<C extends ToolCallNames>(call: C, policy: BoundServers): ResolvedCall<C> {
    const { tool, server } = call;
    if (typeof tool !== "string" || (server !== undefined && typeof server !== "string")) return { call };
    const [, carried, rest = ""] = CARRIED.exec(tool) ?? [];
    const named = server ?? carried;
    if (named === undefined) {
      // Only a host says which definitions it saw. A tool name that does comes from no server at all.
      return { call: isPinnedName(tool) ? { ...call, server: NO_SERVER } : call };
    }
    const plain = plainName(named);
    const pin = pinOf(plain, policy);
    if (pin === undefined) return { call };
    const name = carried === plain ? rest : tool;
    const seen = this.#seen.get(plain);
    if (this.#nameOf(plain) === pin && seen?.tools.has(name))
      return { call: { ...call, tool: name, server: pin } };
    return { call: { ...call, server: plain }, sentence: sentenceFor(plain, pin, seen, name) };
  }

  #nameOf(server: string): string | undefined {
    const seen = this.#seen.get(server);
    return seen && pinnedName(server, seen.server);
  }
}

function pinOf(server: string, policy: BoundServers): string | undefined {
  const start = `${server}${PIN_MARK}`;
  return policy.servers().find((name) => name.startsWith(start));
}

/** The name under which the policy binds a server, pinned or not: for examples that speak of the bound server. */
export function boundName(server: string, policy: BoundServers): string {
  return pinOf(server, policy) ?? server;
}

const DIGITS_SHOWN = 12;

function sentenceFor(server: string, pin: string, seen: DefinitionDigests | undefined, tool: string): string {
  const who = `The server ${JSON.stringify(server)}`;
  const judged = "so what its tool names mean is only a hint";
  if (seen === undefined) {
    return `${who} is pinned to its tool definitions and this host has not given them, ${judged}. Give the server's tools/list to createPermit({ tools }) or registerServer.`;
  }
  const look = `Look at the difference with \`permit0 servers check\`, and pin again if it is meant.`;
  if (pinnedName(server, seen.server) === pin) {
    return `${who} does not list the tool ${JSON.stringify(tool)} among its pinned definitions, ${judged}. ${look}`;
  }
  const wanted = pin.slice(server.length + PIN_MARK.length).slice(0, DIGITS_SHOWN);
  const came = seen.server.slice(0, DIGITS_SHOWN);
  return `${who} changed its tool definitions since they were pinned (pinned ${wanted}…, now ${came}…), ${judged}. ${look}`;
}

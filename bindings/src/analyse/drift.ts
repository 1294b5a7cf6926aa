/** What a tool server changed about its tools, member by member: for people who decide whether to pin it again. */

import { DEFINITION_KEYS, type ToolDefinition } from "../servers.ts";

/** One difference. Texts are as the server sent them: escape them before they are shown. */
export interface Drift {
  readonly tool: string;
  readonly kind: "added" | "removed" | "changed";
  /** Where, from the tool on: `description`, `inputSchema.properties.path.type`. Absent when the whole tool came or went: then its description is the text. */
  readonly path?: string;
  readonly before?: string;
  readonly after?: string;
}

/** Every leaf of a value by its path: texts as they are, everything else as JSON. */
function leavesOf(value: unknown, path: string, leaves = new Map<string, string>()): Map<string, string> {
  const isBranch = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (isBranch) {
    for (const [key, member] of Object.entries(value)) {
      // A name with a dot of its own must not read like two steps.
      leavesOf(member, `${path}.${/^\w+$/.test(key) ? key : JSON.stringify(key)}`, leaves);
    }
  } else leaves.set(path, typeof value === "string" ? value : JSON.stringify(value));
  return leaves;
}

function changesOf(before: ToolDefinition, after: ToolDefinition): Drift[] {
  return DEFINITION_KEYS.flatMap((key) => {
    const [old, now] = [before, after].map((tool) =>
      tool[key] === undefined ? new Map<string, string>() : leavesOf(tool[key], key),
    ) as [Map<string, string>, Map<string, string>];
    return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((path): Drift[] => {
      const [was, is] = [old.get(path), now.get(path)];
      if (was === is) return [];
      const texts = {
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      };
      return [{ tool: before.name, kind: "changed", path, ...texts }];
    });
  });
}

/**
 * Differences of two lists of definitions, by tool. Whether there are any is for the digests to say: `1` and `"1"` look
 * alike here and are not alike there.
 */
export function driftOf(
  before: readonly ToolDefinition[],
  after: readonly ToolDefinition[],
): readonly Drift[] {
  const [old, now] = [before, after].map((tools) => new Map(tools.map((tool) => [tool.name, tool]))) as [
    Map<string, ToolDefinition>,
    Map<string, ToolDefinition>,
  ];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((name): readonly Drift[] => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was && is) return changesOf(was, is);
    const described = (was ?? is)?.description;
    const text = typeof described === "string" ? { [was ? "before" : "after"]: described } : {};
    return [{ tool: name, kind: was ? "removed" : "added", ...text }];
  });
}

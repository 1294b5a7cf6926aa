/** Step 2 of evaluation.md: from a tool call to the mappings that may describe it. */
import { asciiLower, trim } from "./bytes.ts";
import type { Member, Node } from "./cmp.ts";
import { hit } from "./coverage.ts";
import type { Guard, Image, Mapping, Segment } from "./image.ts";
import { canonicalToolName } from "./names.ts";
import type { Request } from "./request.ts";
import { argumentsAct, classesOf, looksHarmless, looksLikeRead, marksOf, nameReads } from "./unmapped.ts";
import { limit, wire } from "./wire.ts";

/** Where others look for it. */
export { canonicalToolName } from "./names.ts";

export interface Candidate {
  action: number;
  /** `direct`, `unknown`, or the id of the mapping. */
  mapping: string;
  pack: number | null;
  ops: Mapping["ops"];
  /** none, or the language of the text that the call carries. */
  language: string;
}

export interface Match {
  candidates: Candidate[];
  /** direct, host, bound or unbound. */
  binding: string;
  /** The server the call runs on, where there is one. */
  server: string | null;
  /** The tool in its one spelling; null in the direct form. */
  canonical: string | null;
  marks: Set<string>;
}

/** `mcp__server__name` taken apart, or null where the name has another form. */
export function splitMcp(tool: string): { server: string; name: string } | null {
  if (!asciiLower(tool).startsWith("mcp__")) return null;
  const rest = tool.slice("mcp__".length);
  const at = rest.indexOf("__", 1);
  if (at < 0 || at + 2 >= rest.length) return null;
  return { server: rest.slice(0, at), name: rest.slice(at + 2) };
}

/** A tool as a request or a person gives it: its name, without what a host puts before it, and the server in it. */
export function splitTool(
  tool: string,
  { prefixes }: Pick<Image, "prefixes">,
): { server: string | null; name: string; prefix: string | undefined } {
  const prefix = prefixes.find((p) => tool.startsWith(p) && tool.length > p.length);
  const rest = prefix === undefined ? tool : tool.slice(prefix.length);
  return { ...(splitMcp(rest) ?? { server: null, name: rest }), prefix };
}

/** Whether a name without a server says that another one than the host has the tool. */
export function isPrefixed(name: string, hasCandidate: boolean): boolean {
  if (canonicalToolName(name).startsWith("mcp_")) return true;
  const joints = hasCandidate ? ["/", ":", "__", "."] : ["/", ":", "__"];
  // Behind the first byte and before the last one; the second `_` is a byte after the first.
  return joints.some((joint) => {
    const at = name.indexOf(joint, 1);
    return at >= 1 && at + 1 < name.length;
  });
}

/** Values at a path below the args map, in document order. */
export function valuesAt(args: Node, path: Segment[]): Node[] {
  let values: Node[] = [args];
  for (const segment of path) {
    const next: Node[] = [];
    for (const value of values) {
      if (segment === null) {
        if (value.type === "array") next.push(...value.items);
      } else if (value.type === "map") {
        const member = value.members.find((m) => m.key === segment);
        if (member !== undefined) next.push(member.value);
      }
    }
    values = next;
  }
  return values;
}

function guardHolds(guard: Guard, args: Node): boolean {
  const holds = answerOf(guard, args);
  hit(`guard ${guard.kind} ${holds}`);
  return holds;
}

function answerOf(guard: Guard, args: Node): boolean {
  const values = valuesAt(args, guard.path);
  const some = values.some((value) => value.type !== "nil");
  if (guard.kind === "present") return some;
  if (guard.kind === "absent") return !some;
  return values.some((value) => {
    const text = textOfGuard(value);
    return text !== null && guard.values.includes(text);
  });
}

function textOfGuard(value: Node): string | null {
  if (value.type === "str") return trim(asciiLower(value.text));
  if (value.type === "int") return value.value.toString();
  if (value.type === "bool") return value.value ? "true" : "false";
  return null;
}

/** What the tool definition's annotations say, as far as they raise. */
export function annotationBits(annotations: Member[] | undefined): Set<string> {
  const bits = new Set<string>();
  const differs = (key: string, calm: boolean): boolean => {
    const value = annotations?.find((member) => member.key === key)?.value;
    return value !== undefined && !(value.type === "bool" && value.value === calm);
  };
  if (differs("destructiveHint", false)) bits.add("destructive");
  if (differs("readOnlyHint", true)) bits.add("read_write");
  if (differs("openWorldHint", false)) bits.add("open_world");
  return bits;
}

/** Of what is no call. */
export const NO_MATCH: Match = {
  candidates: [],
  binding: "direct",
  server: null,
  canonical: null,
  marks: new Set(),
};

export function match(request: Request, image: Image): Match {
  if (request.direct !== undefined) {
    hit("binding direct");
    const direct: Candidate = {
      action: request.direct.action,
      mapping: "direct",
      pack: null,
      ops: [],
      language: "none",
    };
    return { candidates: [direct], binding: "direct", server: null, canonical: null, marks: new Set() };
  }

  const marks = new Set<string>();
  const { server: ofName, name, prefix } = splitTool(request.tool as string, image);
  const server = ofName ?? request.server ?? null;
  if (ofName !== null && request.server !== undefined && request.server !== ofName) {
    marks.add("server_conflict");
  }

  if (ofName !== null) hit("tool name of the mcp form");
  if (prefix !== undefined) hit("tool name with a host prefix");

  let binding = "host";
  let boundPack: number | null = null;
  if (server !== null) {
    const pack = image.look(wire.namespaces.server as number, server);
    if (pack !== undefined && !marks.has("server_conflict")) {
      binding = "bound";
      boundPack = pack;
    } else {
      binding = "unbound";
      marks.add("server_unbound");
    }
  }

  const canonical = canonicalToolName(name);
  const unclassified: Candidate = {
    action: image.actionUnclassified,
    mapping: "unknown",
    pack: null,
    ops: [],
    language: "none",
  };
  const listAt = image.look(wire.namespaces.tool as number, canonical);
  const named = listAt === undefined ? [] : image.list(listAt);
  const patterned = image.patterns
    .filter(
      (p) =>
        canonical.startsWith(p.prefix) &&
        canonical.endsWith(p.suffix) &&
        canonical.length >= p.prefix.length + p.suffix.length,
    )
    .map((p) => p.mapping)
    .filter((index) => !onlyReads(image, index) || nameReads(canonical, image));

  const candidates: Candidate[] = [];
  let tooMany = false;
  for (const index of [...named, ...patterned]) {
    const mapping = image.mappings[index] as Mapping;
    if (boundPack !== null && mapping.pack !== boundPack) continue;
    if (candidates.some((candidate) => candidate.pack === mapping.pack)) continue;
    if (!mapping.guards.every((guard) => guardHolds(guard, request.payload))) continue;
    if (candidates.length === limit("candidates_max")) tooMany = true;
    else
      candidates.push({
        action: mapping.action,
        mapping: mapping.id,
        pack: mapping.pack,
        ops: mapping.ops,
        language: mapping.language,
      });
  }

  const isNamed = listAt !== undefined;
  if (server === null && !isNamed && isPrefixed(name, candidates.length > 0)) {
    hit("tool name with a foreign prefix");
    binding = "unbound";
    marks.add("server_unbound");
  }

  if (candidates.length === 0) {
    marks.add("tool_unmapped");
    const classes = classesOf(canonical, request.payload, annotationBits(request.annotations), image);
    for (const mark of marksOf(classes)) marks.add(mark);
    const passes =
      image.unknownReadOn &&
      binding !== "unbound" &&
      looksLikeRead(classes) &&
      looksHarmless(request.payload);
    candidates.push(passes ? { ...unclassified, action: image.actionRead } : unclassified);
  } else {
    const acts = !isNamed && nameReads(canonical, image) && argumentsAct(request.payload, image);
    if (acts) hit("a name that reads with arguments that act");
    if (binding === "unbound" || acts || tooMany) candidates.push(unclassified);
  }
  hit(`binding ${binding}`);
  hit(`candidates ${candidates.length}`);
  if (tooMany) hit("too many candidates");
  return { candidates, binding, server, canonical, marks };
}

/** The action of a mapping has the effect 0 or 1. */
function onlyReads(image: Image, index: number): boolean {
  const action = image.actions[(image.mappings[index] as Mapping).action] as { effect: string };
  return wire.effects.indexOf(action.effect) <= wire.effects.indexOf("read");
}

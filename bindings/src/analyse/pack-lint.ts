/** What a pack says and probably does not mean: rows that nothing shows, names that others claim, facts that are left behind. */

import type { Compiled, ImageContent, Mapping, Pack, PackExample, Place } from "../compile/index.ts";
import type { Engine } from "../engine.ts";
import { EFFECT_NAMES, GUARD_KIND_IN, UNIT_NAMES, VERDICT_NAMES } from "../gen/codes.ts";
import { decideExample } from "./cases.ts";
import { factOf } from "./facts.ts";
import { scorePoint } from "./scores.ts";

export const PACK_LINT_RULES = {
  "no-example": "No example of the pack ends in this row.",
  "one-verdict": "All examples of the pack have the same verdict.",
  "claimed-elsewhere": "Another pack maps the name to another action.",
  "field-unmapped": "Rules ask for a field that the row has no path for, and take the worst without it.",
  "no-unit": "An amount is mapped without saying whether it is in minor or major units.",
  "swallows-names": "The pattern also matches names that are mapped to another action.",
  "short-pattern": "The pattern has fewer than four letters beside the star.",
  "calm-pattern": "The pattern leads to a read, and a name that it matches may do more.",
  "calmer-by-argument":
    "A condition on arguments leads to a calmer action, and the agent writes the arguments.",
  "rows-without-examples": "Requests or commands of the pack that no example ends in.",
} as const;

export type PackLintRule = keyof typeof PACK_LINT_RULES;

export interface PackFinding {
  readonly rule: PackLintRule;
  /** `warning`: to be mended. `note`: to be looked at. */
  readonly level: "warning" | "note";
  readonly place: Place;
  readonly message: string;
}

type Add = (rule: PackLintRule, level: PackFinding["level"], place: Place, message: string) => void;

const GENERIC = "generic";
const PATTERN_CHARACTERS_MIN = 4;
/** Names that a message lists before it says how many more there are. */
const LISTED_MAX = 3;
const CALM_EFFECTS = ["none", "read"];
/** The host says in which environment a call runs, and a url has its host in it. */
const NOT_OF_ARGUMENTS = new Set(["environment", "role", "actor", "time_ms"]);

/**
 * Findings about one pack of a policy, by place.
 * @param engine of the same policy, in which the pack's server is bound under the pack's own name.
 */
export function lintPack({ explain }: Compiled, engine: Engine, name: string): PackFinding[] {
  const pack = explain.packs.find((one) => one.name === name);
  if (!pack) return [];
  const found: PackFinding[] = [];
  const add: Add = (rule, level, place, message) => found.push({ rule, level, place, message });
  lintExamples(pack, endsOf(pack, engine), add);
  // The generic pack last: a product's own pack says more about a name.
  const others = explain.packs
    .filter((other) => other !== pack)
    .sort((one, other) => Number(one.name === GENERIC) - Number(other.name === GENERIC));
  // In its own pack an exact name is tried before every pattern: that is how exceptions are written.
  const ownNames = new Set(
    pack.mappings.flatMap(({ guards, names }) => (guards.length === 0 ? [...names.keys()] : [])),
  );
  for (const mapping of pack.mappings) {
    lintNames(mapping, others, add);
    lintPatterns(mapping, ownNames, explain.packs, add);
    lintFields(mapping, explain.content, add);
    lintUnits(mapping, explain.content, add);
    lintConditions(mapping, pack, explain.content, add);
  }
  return found.sort(
    (one, other) => one.place.line - other.place.line || one.place.column - other.place.column,
  );
}

/** Ids of the rows that the parts of the examples' calls came from. */
function endsOf(pack: Pack, engine: Engine): ReadonlySet<string> {
  const ends = new Set<string>();
  for (const example of pack.examples) {
    try {
      for (const part of decideExample(pack, example, engine).parts) ends.add(part.mapping);
    } catch {
      // A call that cannot be decided shows nothing; `permit0 pack test` says why.
    }
  }
  return ends;
}

function lintExamples(pack: Pack, ends: ReadonlySet<string>, add: Add): void {
  for (const { id, place, action } of pack.mappings) {
    if (ends.has(id)) continue;
    const fix = `add one under \`examples\` that calls it and must become ${action.name}`;
    add("no-example", "warning", place, `no example of the pack ends in ${id}; ${fix}`);
  }
  const silent = [...pack.apis, ...pack.commands].filter(({ id }) => !ends.has(id));
  const [first] = silent;
  if (first) {
    const rows = pack.apis.length + pack.commands.length;
    const message = `${silent.length} of ${rows} requests and commands have no example, the first is ${first.id}; add examples for those that change something`;
    add("rows-without-examples", "note", first.place, message);
  }
  lintVerdicts(pack.examples, add);
}

function lintVerdicts(examples: readonly PackExample[], add: Add): void {
  const [first] = examples;
  if (!first || examples.some(({ verdict }) => verdict !== first.verdict)) return;
  const message = `every example must be ${VERDICT_NAMES[first.verdict]}; add one with another verdict, so that a mapping that lost its fields is noticed`;
  add("one-verdict", "warning", first.place, message);
}

function lintNames(mapping: Mapping, others: readonly Pack[], add: Add): void {
  // A row with conditions says when the name is its own.
  if (mapping.guards.length > 0) return;
  for (const [name, place] of mapping.names) {
    for (const other of others) {
      const theirs = other.mappings.find((one) => one.names.has(name) && one.action !== mapping.action);
      if (!theirs) continue;
      const calls = `${JSON.stringify(name)} becomes ${mapping.action.name} here and ${theirs.action.name} in ${theirs.id}; for a bound server this pack alone counts, for the agent's own tools the stricter of the two`;
      const mend =
        other.name === GENERIC
          ? ""
          : `, or leave ${other.name} out of \`packs\` in the org file if you do not use it`;
      const message = `${calls}; nothing to mend if ${mapping.action.name} is what the tool does, else correct the row${mend}`;
      // Nobody can rename the tools of another product.
      add("claimed-elsewhere", "note", place, message);
      break;
    }
  }
}

function lintPatterns(
  mapping: Mapping,
  ownNames: ReadonlySet<string>,
  packs: readonly Pack[],
  add: Add,
): void {
  for (const { prefix, suffix, place } of mapping.patterns) {
    const pattern = JSON.stringify(`${prefix}*${suffix}`);
    if (prefix.length + suffix.length < PATTERN_CHARACTERS_MIN) {
      add("short-pattern", "warning", place, `${pattern} matches nearly everything; write more of the name`);
    }
    if (CALM_EFFECTS.includes(EFFECT_NAMES[mapping.action.effect] as string)) {
      const message = `${pattern} leads to ${mapping.action.name}, which only reads: names with a word that acts do not match it, but another may do more than its words say; look whether listed names would do`;
      add("calm-pattern", "note", place, message);
    }
    const swallowed = packs.flatMap((pack) =>
      pack.mappings.flatMap(({ names, action }) =>
        action === mapping.action
          ? []
          : [...names.keys()].filter(
              (name) =>
                !ownNames.has(name) &&
                name.length >= prefix.length + suffix.length &&
                name.startsWith(prefix) &&
                name.endsWith(suffix) &&
                !mapping.names.has(name),
            ),
      ),
    );
    if (swallowed.length > 0) {
      const message = `${pattern} also matches ${listed([...new Set(swallowed)])}, mapped to other actions; write more of the name, or list the names`;
      add("swallows-names", "warning", place, message);
    }
  }
}

function listed(names: readonly string[]): string {
  const more = names.length - LISTED_MAX;
  return `${names.slice(0, LISTED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Fields that rules of an action ask for so that a call without them counts as the worst. */
function askedFor(action: string, content: ImageContent): Set<string> {
  const own = content.actions.find(({ name }) => name === action);
  const fields = new Set<string>();
  for (const index of own?.rules ?? []) {
    for (const clause of content.rules[index]?.clauses ?? []) {
      const present = new Set(
        clause.filter(({ operator }) => operator === "present").map((one) => factOf(one, content)),
      );
      for (const predicate of clause) {
        const fact = factOf(predicate, content);
        if (fact === undefined || present.has(fact) || NOT_OF_ARGUMENTS.has(fact)) continue;
        if (predicate.operator !== "absent") fields.add(fact === "amount" ? "amount_minor" : fact);
      }
    }
  }
  return fields;
}

function lintFields(mapping: Mapping, content: ImageContent, add: Add): void {
  const { action, ops, place, id } = mapping;
  const mapped = new Set(ops.map(({ field }) => content.fields[field - 1]?.name));
  const missing = [...askedFor(action.name, content)].filter(
    (field) => action.fields.has(field) && !mapped.has(field) && !(field === "host" && mapped.has("url")),
  );
  if (missing.length === 0) return;
  const message = `${id} has no path for ${missing.join(", ")}, and rules for ${action.name} take the worst without; if the tool has such an argument, add it to \`fields\``;
  add("field-unmapped", "note", place, message);
}

function lintUnits({ ops, id, place }: Mapping, content: ImageContent, add: Add): void {
  for (const { field, unit, segments } of ops) {
    const { name, type } = content.fields[field - 1] ?? {};
    if (type !== "money" || segments.length === 0 || UNIT_NAMES[unit] !== "direct") continue;
    const path = segments.map((step) => (typeof step === "string" ? step : "[]")).join(".");
    const message = `${id} does not say what unit ${path} is in; write \`${name}: { from: [${path}], unit: minor }\` for cents, \`unit: major\` for dollars`;
    add("no-unit", "warning", place, message);
  }
}

/** Hazard of an action at its default levels. */
function hazardAtRest(action: string, content: ImageContent): number {
  const levels = content.actions.find(({ name }) => name === action)?.levels ?? [];
  return scorePoint(content, { action, says: "default levels", levels })?.hazard ?? 0;
}

/** A row with conditions against one of the same names without: what the agent writes must not make it calmer. */
function lintConditions(mapping: Mapping, pack: Pack, content: ImageContent, add: Add): void {
  if (mapping.guards.length === 0) return;
  for (const other of pack.mappings) {
    const sharesName = [...mapping.names.keys()].some((name) => other.names.has(name));
    if (other === mapping || !sharesName || other.guards.length > 0) continue;
    if (hazardAtRest(mapping.action.name, content) >= hazardAtRest(other.action.name, content)) continue;
    const isListed = mapping.guards.every(({ kind }) => kind === GUARD_KIND_IN);
    const advice = isListed
      ? "look whether the tool does what these values say"
      : "let conditions lead to the stricter action, or list the calm values";
    const message = `with these \`args\` the call becomes ${mapping.action.name}, without them ${other.action.name}, which is stricter; the agent writes the arguments: ${advice}`;
    add("calmer-by-argument", isListed ? "note" : "warning", mapping.place, message);
  }
}

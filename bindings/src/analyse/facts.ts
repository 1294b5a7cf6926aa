/**
 * From conditions to facts: values on both sides of every test that a policy makes, and sets of facts that meet a clause.
 * Used to find calls about which two policies could disagree; what they say is then asked of the engine, never worked out here.
 */

import type { ImageContent, ImagePredicate } from "../compile/index.ts";

/** A fact of a call by name: a field, or a fact of the context such as `role`. */
export type FactName = string;
export type Facts = Readonly<Record<FactName, string | number>>;

/** The name of the fact that a predicate asks for; undefined for those that no call can state. */
export function factOf({ operand, subject }: ImagePredicate, content: ImageContent): FactName | undefined {
  switch (operand) {
    case "field_text":
    case "field_int": {
      const name = content.fields[subject - 1]?.name;
      return name === "amount_minor" ? "amount" : name;
    }
    case "amount_ref":
      return "amount";
    case "recipient_scope":
      return "recipient";
    case "path_scope":
      return "path";
    case "url_scheme":
    case "url_host":
    case "url_userinfo":
    case "url_idn":
    case "host_scope":
      return "url";
    case "minute_of_day":
    case "weekday":
      return "time_ms";
    case "actor":
    case "role":
    case "environment":
      return operand;
    default:
      return undefined; // Server, annotations and marks belong to tool calls; tier, score, flags and levels follow from the rest.
  }
}

const OTHER = "none_of_those";
const STRANGER = "somebody@stranger.invalid";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
/** A Monday, 2026-01-05T00:00:00Z. */
const MONDAY_MS = 1_767_571_200_000;
const MINUTES_OF_DAY = 1440;
/** Values taken from one list: policies list hundreds of file names, and one tells as much as all. */
const LISTED_MAX = 3;

/** A value that a test accepts, or that it refuses. Undefined where there is none to be had. */
function valuesOf(predicate: ImagePredicate, content: ImageContent): readonly (string | number)[] {
  const { operand, operator, values, set } = predicate;
  const texts = values.slice(0, LISTED_MAX).map(String);
  switch (operator) {
    case "in_set":
    case "not_in_set": {
      const members = content.sets.find(({ name }) => name === set)?.values ?? [];
      return [...members.slice(0, LISTED_MAX), OTHER];
    }
    case "ge":
    case "lt": {
      const at = Number(values[0]);
      if (operand === "minute_of_day") return [at - 1, at].map((minute) => timeOf(minute));
      return [at - 1, at];
    }
    case "under":
    case "not_under":
      return [...texts.map((pattern) => `${pattern}/inside`), "notes.txt"];
    case "name_in":
    case "name_not_in":
      return [...texts.map((pattern) => pattern.replaceAll("*", "x")), "notes.txt"];
    case "domain_in":
    case "domain_not_in":
      return [...texts.map((domain) => `somebody@${domain}`), STRANGER];
    default:
  }
  if (operand === "recipient_scope") {
    const own = content.names.get(5)?.[0]?.text;
    return [...(own === undefined ? [] : [`somebody@${own}`]), STRANGER];
  }
  if (operand === "path_scope") return ["notes.txt", "/elsewhere/notes.txt"];
  if (operand.startsWith("url_") || operand === "host_scope") return URLS;
  if (operand === "weekday") return [0, 5].map((day) => MONDAY_MS + day * DAY_MS + 12 * HOUR_MS);
  if (operand === "minute_of_day") return [timeOf(720)];
  if (operator === "present" || operator === "absent") return [operand === "field_int" ? 1 : OTHER];
  return operand === "field_int" ? values.slice(0, LISTED_MAX).map(Number) : [...texts, OTHER];
}

const URLS = [
  "https://stranger.invalid/",
  "http://10.0.0.1/",
  "http://169.254.169.254/",
  "https://user@stranger.invalid/",
  "https://xn--strnger-5wa.invalid/",
  "file:///etc/passwd",
];

function timeOf(minute: number): number {
  return MONDAY_MS + ((minute + MINUTES_OF_DAY) % MINUTES_OF_DAY) * MINUTE_MS;
}

/** Every value of every fact that some predicate of the clauses looks at. */
export function candidatesOf(
  clauses: readonly (readonly ImagePredicate[])[],
  content: ImageContent,
): Map<FactName, Set<string | number>> {
  const found = new Map<FactName, Set<string | number>>();
  for (const predicate of clauses.flat()) {
    const name = factOf(predicate, content);
    if (name === undefined) continue;
    const values = found.get(name) ?? new Set();
    for (const value of valuesOf(predicate, content)) values.add(value);
    found.set(name, values);
  }
  return found;
}

/** All facts of one clause together: the first value of each, and each of the others in turn. */
export function combinationsOf(clause: readonly ImagePredicate[], content: ImageContent): Facts[] {
  const candidates = [...candidatesOf([clause], content)].map(
    ([name, values]) => [name, [...values]] as const,
  );
  const first = Object.fromEntries(candidates.map(([name, values]) => [name, values[0] as string | number]));
  return [
    first,
    ...candidates.flatMap(([name, values]) => values.slice(1).map((value) => ({ ...first, [name]: value }))),
  ];
}

/**
 * Policies in which nothing gets calmer when a fact is lost or something is raised. Random policies of the differential test
 * may say anything; here every predicate that could turn that around is taken out, and what is taken out is the list below.
 */
import type { ImageSource, PredicateSource } from "../model/image-writer.ts";
import { fieldNumber, wire } from "../model/wire.ts";

const positions = (list: string[], ...words: string[]): number[] => words.map((word) => list.indexOf(word));
const [SELF, INTERNAL, MIXED, EXTERNAL] = positions(
  wire.recipient_scopes,
  "self",
  "internal",
  "mixed",
  "external",
) as [number, number, number, number];
const [INSIDE, OUTSIDE] = positions(wire.path_scopes, "inside", "outside") as [number, number];
const ORG = wire.host_scopes.indexOf("org");
const PATHS = [fieldNumber("path"), fieldNumber("destination_path")];
const TIERS = wire.tiers.map((_, i) => i);
const RECIPIENT_SCOPES = [SELF, INTERNAL, MIXED, EXTERNAL];
/** Sets of scopes that hold with every scope also all stricter ones; mixed and external stand on one step. */
const STRICT_SCOPES = [[MIXED, EXTERNAL], [INTERNAL, MIXED, EXTERNAL], RECIPIENT_SCOPES];

function sameSet(a: number[], b: number[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}

/** The values for which an `in` or `not_in` holds. */
function meant(predicate: PredicateSource, all: number[]): number[] {
  const listed = (predicate.values ?? []).map(Number);
  return predicate.operator === "in"
    ? all.filter((value) => listed.includes(value))
    : all.filter((value) => !listed.includes(value));
}

function isListed(predicate: PredicateSource): boolean {
  return predicate.operator === "in" || predicate.operator === "not_in";
}

/** Whether a raising entry may ask this. */
function mayRaise(predicate: PredicateSource): boolean {
  const { operand, operator } = predicate;
  if (operator === "present" || operator === "in_set") return false;
  switch (operand) {
    case "mark":
    case "server_binding":
    // A calm one of a history by fields is a number where the field is left out, and nothing known where it is malformed.
    case "signal":
      return false;
    case "annotation":
    case "flag":
    case "primary_flag":
      return isListed(predicate);
    case "recipient_scope":
      return (
        isListed(predicate) && STRICT_SCOPES.some((set) => sameSet(set, meant(predicate, RECIPIENT_SCOPES)))
      );
    case "path_scope":
      return isListed(predicate) && meant(predicate, [INSIDE, OUTSIDE]).includes(OUTSIDE);
    case "host_scope": {
      const listed = (predicate.values ?? []).map(Number);
      if (operator === "in") return !listed.includes(ORG);
      return operator === "not_in" && listed.every((value) => value === ORG);
    }
    case "tier": {
      if (operator === "ge") return true;
      const set = meant(predicate, TIERS);
      return (
        isListed(predicate) &&
        TIERS.every((t) => !set.includes(t) || t === TIERS.length - 1 || set.includes(t + 1))
      );
    }
    case "score":
    case "level":
      return operator === "ge";
    default:
      return true;
  }
}

/** Whether a relax entry may ask this. */
function mayLower(predicate: PredicateSource): boolean {
  const { operand, operator } = predicate;
  if (operator === "absent" || operator === "not_in_set") return false;
  switch (operand) {
    case "mark":
    case "server_binding":
    case "annotation":
    case "flag":
    case "primary_flag":
      return false;
    case "recipient_scope": {
      const others = RECIPIENT_SCOPES.filter((scope) => !meant(predicate, RECIPIENT_SCOPES).includes(scope));
      return isListed(predicate) && STRICT_SCOPES.some((set) => sameSet(set, others));
    }
    case "path_scope":
      return isListed(predicate) && sameSet(meant(predicate, [INSIDE, OUTSIDE]), [INSIDE]);
    case "host_scope": {
      const listed = (predicate.values ?? []).map(Number);
      return (operator === "in" && listed.includes(ORG)) || (operator === "not_in" && !listed.includes(ORG));
    }
    case "tier": {
      const set = meant(predicate, TIERS);
      return isListed(predicate) && TIERS.every((t) => !set.includes(t) || t === 0 || set.includes(t - 1));
    }
    case "score":
    case "level":
      return operator === "lt";
    default:
      return true;
  }
}

function asksPathText(predicate: PredicateSource): boolean {
  return predicate.operand === "field_text" && PATHS.includes(predicate.subject ?? 0);
}

/**
 * The same policy without what could calm by accident. `pathTexts` false also takes out tests on the text of paths, which
 * depends on the working directory that the host gives.
 */
export function calmImage(source: ImageSource, pathTexts: boolean): ImageSource {
  const clean = (clauses: PredicateSource[][] | undefined, may: (p: PredicateSource) => boolean) =>
    (clauses ?? []).map((clause) =>
      clause.filter((predicate) => may(predicate) && (pathTexts || !asksPathText(predicate))),
    );
  return {
    ...source,
    rules: source.rules.map((rule) => ({ ...rule, clauses: clean(rule.clauses, mayRaise) })),
    rows: source.rows.map((row) => {
      if (row.kind !== "relax") return { ...row, clauses: clean(row.clauses, mayRaise) };
      const kept = clean(row.clauses, mayLower).filter((clause) => clause.length > 0);
      // A relax entry without any condition would always hold: better one that never does.
      const never: PredicateSource = { operand: "score", operator: "lt", values: [0] };
      return { ...row, clauses: kept.length > 0 ? kept : [[never]] };
    }),
  };
}

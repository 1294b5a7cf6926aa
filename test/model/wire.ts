/**
 * The numbers of `taxonomy/`, read at run time. The model takes numbers and names from there and from nowhere else, so that
 * a mistake in generated code cannot agree with itself.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

type MemberType = string;

interface WireYaml {
  limits: Record<string, number>;
  statuses: { number: number; code: string; text: string }[];
  verdicts: string[];
  tiers: string[];
  modes: string[];
  bindings: string[];
  durabilities: string[];
  dialects: string[];
  effects: string[];
  layers: string[];
  counted: string[];
  row_kinds: string[];
  rule_kinds: string[];
  roles_of_flag: string[];
  units: string[];
  transforms: string[];
  field_types: string[];
  recipient_scopes: string[];
  path_scopes: string[];
  host_scopes: string[];
  server_bindings: string[];
  annotations: string[];
  guard_kinds: string[];
  cell_sources: string[];
  tally_counts: string[];
  signal_measures: string[];
  signal_units: string[];
  labels: string[];
  provenances: string[];
  note_classes: string[];
  event_kinds: string[];
  freeze_scopes: string[];
  trusts: string[];
  event_statuses: string[];
  languages: string[];
  command_styles: string[];
  option_takes: string[];
  word_roles: string[];
  step_kinds: string[];
  member_kinds: string[];
  detector_checks: string[];
  obligations: string[];
  marks: string[];
  operands: { number: number; name: string; value: string; lowers: number }[];
  operators: { number: number; name: string }[];
  lowered_kinds: { name: string; input: number }[];
  namespaces: Record<string, number>;
  sections: { name: string; bytes: number }[];
  entries: Record<string, Record<string, [number, MemberType]>>;
  words: { groups: Record<string, string[]>; single: string[] };
}

function readYaml(name: string): unknown {
  const path = fileURLToPath(new URL(`../../taxonomy/${name}`, import.meta.url));
  return parse(readFileSync(path, "utf8"));
}

export const wire = readYaml("wire.yaml") as WireYaml;

/** Names of the ten amplifiers; the position is the number. */
export const amplifierNames = (readYaml("amplifiers.yaml") as { id: string; number: number; max: number }[])
  .sort((a, b) => a.number - b.number)
  .map((a) => a.id);

/** Largest level of each amplifier in the taxonomy; an image carries its own copy. */
export const amplifierMaxima = (readYaml("amplifiers.yaml") as { number: number; max: number }[])
  .sort((a, b) => a.number - b.number)
  .map((a) => a.max);

export const flagNames = (readYaml("flags.yaml") as { id: string; number: number }[])
  .sort((a, b) => a.number - b.number)
  .map((f) => f.id);

export interface TaxonomyField {
  name: string;
  number: number;
  type: string;
  many: boolean;
}

/** The typed fields; field n stands at position n - 1. */
export const taxonomyFields = (readYaml("fields.yaml") as TaxonomyField[]).sort(
  (a, b) => a.number - b.number,
);

/** Number of a field by its name. Throws for a name that taxonomy/fields.yaml does not have. */
export function fieldNumber(name: string): number {
  const field = taxonomyFields.find((f) => f.name === name);
  if (field === undefined) throw new Error(`taxonomy/fields.yaml has no field ${name}`);
  return field.number;
}

/** Status number of a code of wire.yaml. */
export function statusNumber(code: string): number {
  const status = wire.statuses.find((s) => s.code === code);
  if (status === undefined) throw new Error(`taxonomy/wire.yaml has no status ${code}`);
  return status.number;
}

export function statusCode(number: number): string {
  return wire.statuses.find((s) => s.number === number)?.code ?? `status ${number}`;
}

/** One limit of wire.yaml. */
export function limit(name: string): number {
  const value = wire.limits[name];
  if (value === undefined) throw new Error(`taxonomy/wire.yaml has no limit ${name}`);
  return value;
}

/** One group of the words of wire.yaml. */
export function wordGroup(name: string): string[] {
  const group = wire.words.groups[name];
  if (!Array.isArray(group)) throw new Error(`taxonomy/wire.yaml has no words ${name}`);
  return group;
}

/** Position of a word in one of the word lists of wire.yaml. */
export function position(list: string[], word: string): number {
  const at = list.indexOf(word);
  if (at < 0) throw new Error(`${word} is not one of ${list.join(", ")}`);
  return at;
}

/** A refusal: the status that `decide` returns and the offset in the input where it was seen. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly offset: number,
  ) {
    super(`${code} at ${offset}`);
  }

  get status(): number {
    return statusNumber(this.code);
  }
}

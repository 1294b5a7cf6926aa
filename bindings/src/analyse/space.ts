/**
 * The calls over which two policies are compared: every action, under every environment and role that a policy knows, with
 * nothing known, with each fact alone at every value that some condition tells apart, and with the facts of each condition
 * together. Finite, and the same for the same two policies.
 */

import type { ImageContent, ImagePredicate } from "../compile/index.ts";
import type { Request } from "../types.ts";
import { candidatesOf, combinationsOf, type Facts } from "./facts.ts";

export interface SpaceCall {
  readonly action: string;
  /** What sets the call apart, in words: `amount 2500000, role finance, production`. */
  readonly says: string;
  readonly request: Request;
}

interface Surroundings {
  readonly says: string;
  readonly context: Readonly<Record<string, unknown>>;
}

const CONTEXT_FACTS: readonly string[] = ["actor", "role", "environment", "time_ms"];
const VOUCHED_BY = "comparison";
/** Monday, 2026-01-05, noon. */
const TIME_MS = 1_767_614_400_000;
const ENVIRONMENTS = ["production", "development"];
const NAMES_MAX = 6;

/** Values of a context fact that some entry of either policy asks for. */
function asked(contents: readonly ImageContent[], operand: string): string[] {
  const found = new Set<string>();
  for (const { rules, rows } of contents) {
    for (const predicate of [...rules, ...rows].flatMap(({ clauses }) => clauses.flat())) {
      if (predicate.operand === operand) for (const value of predicate.values) found.add(String(value));
    }
  }
  return [...found].sort().slice(0, NAMES_MAX);
}

/** Nobody known, and somebody vouched for in each environment with each role. */
function surroundingsOf(contents: readonly ImageContent[]): Surroundings[] {
  const roles = [undefined, ...asked(contents, "role")];
  const environments = [...new Set([...ENVIRONMENTS, ...asked(contents, "environment")])];
  const known = environments.flatMap((environment) =>
    roles.map(
      (role): Surroundings => ({
        says: role === undefined ? environment : `role ${role}, ${environment}`,
        context: {
          actor: "somebody",
          environment,
          ...(role === undefined ? {} : { roles: [role] }),
          asserted_by: {
            actor: VOUCHED_BY,
            environment: VOUCHED_BY,
            ...(role === undefined ? {} : { roles: VOUCHED_BY }),
          },
        },
      }),
    ),
  );
  return [{ says: "nobody known", context: { asserted_by: {} } }, ...known];
}

/** The clauses of everything that can speak about an action in one policy. */
function clausesOf(content: ImageContent, name: string): (readonly ImagePredicate[])[] {
  const action = content.actions.find((one) => one.name === name);
  const rules = (action?.rules ?? []).flatMap((index) => content.rules[index]?.clauses ?? []);
  return [...rules, ...(action?.rows ?? []).flatMap((index) => content.rows[index]?.clauses ?? [])];
}

function factsOf(contents: readonly ImageContent[], action: string): Facts[] {
  const found = new Map<string, Facts>([["{}", {}]]);
  const add = (facts: Facts): void => {
    found.set(JSON.stringify(Object.entries(facts).sort()), facts);
  };
  for (const content of contents) {
    const clauses = clausesOf(content, action);
    for (const [name, values] of candidatesOf(clauses, content))
      for (const value of values) add({ [name]: value });
    for (const clause of clauses)
      if (clause.length > 1) for (const facts of combinationsOf(clause, content)) add(facts);
  }
  return [...found.values()];
}

function requestOf(
  action: string,
  facts: Facts,
  { context }: Surroundings,
  fields: ReadonlySet<string>,
): Request {
  const own = Object.entries(facts).filter(
    ([name]) =>
      !CONTEXT_FACTS.includes(name) && (name === "amount" ? fields.has("amount_minor") : fields.has(name)),
  );
  const { asserted_by, ...known } = context;
  const { actor, role, environment, time_ms: timeMs } = facts;
  const stated = {
    ...(actor === undefined ? {} : { actor }),
    ...(role === undefined ? {} : { roles: [role] }),
    ...(environment === undefined ? {} : { environment }),
    ...(timeMs === undefined ? {} : { tz_min: 0 }),
  };
  const vouched = Object.fromEntries(Object.keys(stated).map((name) => [name, VOUCHED_BY]));
  return {
    action,
    fields: {
      ...Object.fromEntries(own),
      ...(own.some(([name]) => name === "amount") && fields.has("currency") ? { currency: "USD" } : {}),
    },
    context: {
      time_ms: timeMs ?? TIME_MS,
      ...known,
      ...stated,
      asserted_by: { ...(asserted_by as object), ...vouched },
    },
  } as unknown as Request;
}

function saysOf(facts: Facts, { says }: Surroundings): string {
  const own = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return [...(own.length === 0 ? ["no facts"] : own), says].join(", ");
}

/** The calls for two policies, action by action. Actions that only one of them has are left out. */
export function* spaceOf(one: ImageContent, other: ImageContent): Generator<SpaceCall> {
  const contents = [one, other];
  const surroundings = surroundingsOf(contents);
  const known = new Set(other.actions.map(({ name }) => name));
  for (const { name: action, fields } of one.actions) {
    if (!known.has(action)) continue;
    const declared = new Set(fields);
    for (const facts of factsOf(contents, action)) {
      for (const around of surroundings) {
        yield { action, says: saysOf(facts, around), request: requestOf(action, facts, around, declared) };
      }
    }
  }
}

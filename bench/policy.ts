/**
 * The policy that permit0 and its peers are given: a list of entries, each of which forbids an action when all of its
 * tests hold; any other known action is allowed. It is kept as data here, and every engine gets it in its own language.
 */

import { type Asked, ENVIRONMENTS, KINDS, type Kind } from "./calls.ts";

/** One question about one fact of a prepared call. `environment` stands beside the fields, every other fact in them. */
export type Test =
  | { readonly fact: string; readonly by: "at_least"; readonly value: number }
  | { readonly fact: string; readonly by: "one_of"; readonly values: readonly string[] }
  /** The path is below this folder. */
  | { readonly fact: string; readonly by: "under"; readonly folder: string }
  /** The address belongs to this domain. */
  | { readonly fact: string; readonly by: "domain"; readonly domain: string };

export interface Entry {
  readonly id: string;
  readonly action: string;
  readonly all: readonly Test[];
}

export interface Policy {
  /** Actions that are allowed unless an entry forbids the call. */
  readonly actions: readonly string[];
  readonly entries: readonly Entry[];
}

/** Of the numbered values that calls have, every so many is forbidden. */
const STRIDE = 9;

/** An action and what entries ask about it. */
export type EntryKind = Pick<Kind, "action" | "asked">;

/** A policy of `count` entries, spread evenly over the actions; later entries ask for values that calls have less often. */
export function benchPolicy(count: number, kinds: readonly EntryKind[] = KINDS): Policy {
  const entries = Array.from({ length: count }, (_, at): Entry => {
    const kind = kinds[at % kinds.length] as EntryKind;
    const turn = Math.floor(at / kinds.length);
    const asked = kind.asked[turn % kind.asked.length] as Asked;
    const serial = Math.floor(turn / kind.asked.length);
    const all = [testOf(asked, serial)];
    // Every fourth entry holds in one environment only.
    if (turn % 4 === 3)
      all.push({ fact: "environment", by: "one_of", values: [ENVIRONMENTS[serial % 3] as string] });
    return { id: `entry_${at + 1}`, action: kind.action, all };
  });
  return { actions: kinds.map(({ action }) => action), entries };
}

function testOf(asked: Asked, serial: number): Test {
  switch (asked.by) {
    case "at_least":
      return { fact: asked.fact, by: "at_least", value: asked.from + serial * asked.step };
    case "one_of": {
      const first = serial * STRIDE;
      return {
        fact: asked.fact,
        by: "one_of",
        values: [`${asked.stem}-${first}`, `${asked.stem}-${first + 2}`],
      };
    }
    case "under":
      return { fact: asked.fact, by: "under", folder: `${asked.stem}-${serial * STRIDE}` };
    case "domain":
      return { fact: asked.fact, by: "domain", domain: `${asked.stem}-${serial * STRIDE}.acme.example` };
  }
}

/**
 * The policy as an organisation's file of permit0. Everything of the shipped base policy stays in force; the one entry
 * that lowers lets small refunds pass, which the base policy would show to a person.
 */
export function permit0Yaml({ entries }: Policy): string {
  const rows = entries.map(
    ({ id, action, all }) =>
      `  - { id: ${id}, on: { actions: [${action}] }, when: { ${all.map(condition).join(", ")} }, verdict: review, reason: Bench., owner: bench@acme.example }\n`,
  );
  return `org: acme
dated: "2026-01-01"
profile: general
packs: all
domains: [acme.example, "*.acme.example"]
default_currency: USD
rows:
${rows.join("")}relax:
  - id: small_refund
    on: { actions: [payments.refund] }
    when: { amount: { lt: 5000 } }
    verdict: allow
    owner: bench@acme.example
    reason: Small refunds are routine.
    expires: "2026-12-31"
`;
}

function condition(test: Test): string {
  const fact = test.fact === "environment" ? "context.environment" : test.fact;
  switch (test.by) {
    case "at_least":
      return `${fact}: { ge: ${test.value} }`;
    case "one_of":
      return `${fact}: [${test.values.join(", ")}]`;
    case "under":
      return `${fact}: { under: [${test.folder}] }`;
    case "domain":
      return `${fact}: { domain_in: [${test.domain}] }`;
  }
}

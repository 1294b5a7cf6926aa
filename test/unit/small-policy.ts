/**
 * A policy small enough to read, typed out so that a change to the shipped taxonomy cannot hide in it: five actions, one
 * pack, a profile, an org. Names and numbers of flags, amplifiers, tiers and fields are those the engine is built with.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Compiled,
  type CompileOptions,
  compile,
  type Source,
} from "../../bindings/src/compile/index.ts";
import { ROOT } from "../../tools/files.ts";

const edition = `edition: "2026.1"
released: 2026-11-22
title: Small taxonomy
licence: Apache-2.0
domains: 2
actions: 3
cite: Cite as small.
`;

const flags = `- { id: DESTRUCTION, number: 0, weight_bp: 2800, protected: true, title: Destroys, description: Removes. }
- { id: PHYSICAL, number: 1, weight_bp: 2600, protected: true, title: Moves, description: Moves things. }
- { id: EXECUTION, number: 2, weight_bp: 2200, protected: true, title: Runs, description: Runs code. }
- { id: PRIVILEGE, number: 3, weight_bp: 2000, protected: false, title: Rights, description: Gives rights. }
- { id: FINANCIAL, number: 4, weight_bp: 2000, protected: false, title: Pays, description: Moves money. }
- { id: EXPOSURE, number: 5, weight_bp: 1600, protected: false, title: Shows, description: Discloses. }
- { id: GOVERNANCE, number: 6, weight_bp: 1400, protected: false, title: Rules, description: Changes rules. }
- { id: OUTBOUND, number: 7, weight_bp: 1000, protected: false, title: Sends, description: Reaches out. }
- { id: MUTATION, number: 8, weight_bp: 1000, protected: false, title: Changes, description: Changes state. }
`;

const amplifiers = `- { id: destination, number: 0, max: 40, weight_milli: 155, title: Destination, description: Who., levels: [] }
- { id: sensitivity, number: 1, max: 35, weight_milli: 136, title: Sensitivity, description: What., levels: [] }
- { id: scope, number: 2, max: 35, weight_milli: 136, title: Scope, description: How wide., levels: [] }
- { id: amount, number: 3, max: 30, weight_milli: 117, title: Amount, description: How much., levels: [] }
- { id: session, number: 4, max: 30, weight_milli: 97, title: Session, description: Before., levels: [] }
- { id: irreversibility, number: 5, max: 20, weight_milli: 97, title: Undo, description: After., levels: [] }
- { id: volume, number: 6, max: 25, weight_milli: 78, title: Volume, description: How many., levels: [] }
- { id: boundary, number: 7, max: 20, weight_milli: 78, title: Boundary, description: Across., levels: [] }
- { id: actor, number: 8, max: 20, weight_milli: 58, title: Actor, description: By whom., levels: [] }
- { id: environment, number: 9, max: 15, weight_milli: 48, title: Place, description: Where., levels: [{ at: 15, text: production }] }
`;

const tiers = `- { id: minimal, number: 0, title: Minimal, description: Nothing. }
- { id: low, number: 1, title: Low, description: Little. }
- { id: medium, number: 2, title: Medium, description: Something. }
- { id: high, number: 3, title: High, description: Much. }
- { id: critical, number: 4, title: Critical, description: Too much. }
`;

/** Name and type of each field, in the order of the numbers; `+` can have several values. */
const FIELDS = `amount_minor money, currency currency, recipient+ address, payee text, path+ path, destination_path path,
url url, host host, environment word, count int, text text, query text, subject text, role word, resource text,
account text, channel address, visibility word, attachments int, recursive bool, force bool, branch text,
repository text, command text, language word, image text, device text, limit int, table text, database text, name text,
permission+ word, duration_s int, model text, method word, reference text, data text, user text, title text,
private bool, start text, origin word`;

const fields = FIELDS.split(/,\s+/)
  .map((field, index) => {
    const [name = "", type] = field.split(" ");
    const many = name.endsWith("+");
    return `- { name: ${name.replace("+", "")}, number: ${index + 1}, type: ${type}, many: ${many}, description: One. }\n`;
  })
  .join("");

const REASONS = `tier_minimal tier_low tier_medium tier_high tier_critical amount_inexact amount_range currency_missing
currency_unknown field_malformed values_overflow server_unbound server_conflict tool_unmapped rows_overflow opaque_command
command_unknown word_expands elevated parts_overflow secret_seen card_seen account_seen national_id_seen health_seen bulk_seen url_carries
looks_like_delete looks_like_money looks_like_exec looks_like_send looks_like_write looks_like_read
frozen state_invalid state_stale state_full cells_overflow time_backwards
reviewer_denied reviewer_escalated approved approval_mismatch approval_expired approval_stale approval_self approval_quorum`;

const reasons = REASONS.split(/\s+/)
  .map((code) => `- { code: ${code}, sentence: The engine says ${code}. }\n`)
  .join("");

const unknown = `domain: unknown
number: 0
title: Unknown
description: What no mapping covers.
actions:
  - verb: unclassified
    number: 0
    since: "2026.1"
    title: Unclassified
    description: Anything may happen.
    effect: execute
    reversibility: hard
    fields: []
    flags: { primary: [EXECUTION], secondary: [EXPOSURE] }
    levels: { irreversibility: { level: 5, why: Nobody knows. } }
    obligations: []
    tools: []
    aliases: []
  - verb: read
    number: 120
    since: "2026.1"
    title: Unknown read
    description: Reads something.
    effect: read
    reversibility: reversible
    fields: []
    flags: { primary: [], secondary: [EXPOSURE] }
    levels: {}
    obligations: []
    tools: []
    aliases: []
`;

const files = `domain: files
number: 6
title: Files
description: Files of the user.
actions:
  - verb: read
    number: 31
    since: "2026.1"
    title: Read a file
    description: Returns what a file holds.
    effect: read
    reversibility: reversible
    fields: [path, limit]
    flags: { primary: [], secondary: [EXPOSURE] }
    levels: { sensitivity: { level: 5, why: Files can be private. } }
    obligations: []
    tools: [read_file]
    aliases: [file.read]
`;

const payments = `domain: payments
number: 9
title: Payments
description: Money that moves.
actions:
  - verb: refund
    number: 58
    since: "2026.1"
    title: Refund
    description: Returns money.
    effect: pay
    reversibility: hard
    fields: [amount_minor, currency, payee, reference]
    flags: { primary: [FINANCIAL], secondary: [MUTATION, OUTBOUND] }
    levels: { irreversibility: { level: 10, why: It is gone. } }
    obligations: [{ kind: notify, channel: "#money" }]
    tools: [create_refund]
    aliases: [payment.refund, stripe.refund]
  - verb: list
    number: 61
    since: "2026.1"
    title: List payments
    description: Returns payments.
    effect: read
    reversibility: reversible
    fields: [account, limit, role]
    flags: { primary: [], secondary: [EXPOSURE] }
    levels: {}
    obligations: []
    tools: []
    aliases: []
`;

const base = `base: "2026.1"
weights:
  DESTRUCTION: { bp: 2800, why: Loss. }
  PHYSICAL: { bp: 2600, why: Bodies. }
  EXECUTION: { bp: 2200, why: Code. }
  PRIVILEGE: { bp: 2000, why: Rights. }
  FINANCIAL: { bp: 2000, why: Money. }
  EXPOSURE: { bp: 1600, why: Secrets. }
  GOVERNANCE: { bp: 1400, why: Rules. }
  OUTBOUND: { bp: 1000, why: Others. }
  MUTATION: { bp: 1000, why: State. }
gains:
  destination: { gain: 620, why: Who. }
  sensitivity: { gain: 544, why: What. }
  scope: { gain: 544, why: Wide. }
  amount: { gain: 468, why: Much. }
  session: { gain: 388, why: Before. }
  irreversibility: { gain: 388, why: After. }
  volume: { gain: 312, why: Many. }
  boundary: { gain: 312, why: Across. }
  actor: { gain: 232, why: By whom. }
  environment: { gain: 192, why: Where. }
thresholds:
  low: { bp: 1500, why: Little. }
  medium: { bp: 3500, why: Something. }
  high: { bp: 5500, why: Much. }
  critical: { bp: 7500, why: Too much. }
routing: { minimal: allow, low: allow, medium: review, high: review, critical: deny }
currencies:
  USD: { exponent: 2, reference_milli: 1000 }
  JPY: { exponent: 0, reference_milli: 800 }
host_prefixes: [functions., default_api.]
field_inputs: { amount: amount_minor, file: path }
unknown_read: { enabled: true, read: [get, list], act: [create, delete] }
rules:
  - id: amount_large
    on: { effects: [pay] }
    when: { amount: { ge: 50000 } }
    raise: { amount: 15 }
    reason: The sum is large or not known.
    violates:
      - { action: payments.refund, fields: { amount: 85000, currency: USD } }
gates:
  - id: refund_of_everything
    on: { actions: [payments.refund] }
    when: { level: { amount: { ge: 30 } }, flags_all: [FINANCIAL, OUTBOUND] }
    reason: Nobody refunds everything.
rows:
  - id: reads_private
    on: { actions: [files.*] }
    when: { path: { under: [.ssh], name_in: ["*.pem"] } }
    verdict: review
    reason: Keys are looked at by a person.
`;

const pack = `pack: shop
version: "1.0.0"
publisher: someone
title: Shop
description: The shop.
servers: [shop]
tools:
  - id: refund
    names: [createRefund, refund-order]
    action: payments.refund
    fields:
      amount_minor: { from: [amount, "total.amount"], unit: minor }
      currency: currency
      payee: { value: customer }
  - id: refund_dry
    names: [create_refund]
    args: { "options.dry_run": [true] }
    action: payments.list
    fields:
      limit: { count: "items[]" }
  - id: any_file
    patterns: ["read_*"]
    action: files.read
    fields:
      path: { all: [path, "paths[]"] }
rules:
  - id: old_order
    when: { reference: absent }
    raise: { scope: 10 }
    reason: Nobody knows which order it was.
examples:
  - { tool: create_refund, args: { amount: 100 }, verdict: review, action: payments.refund, why: It moves money. }
`;

const profile = `profile: calm
version: "1.0.0"
thresholds: { medium: { bp: 4000, why: Reviews were too many. } }
rows:
  - id: list_told
    on: { actions: [payments.list] }
    verdict: allow
    obligations: [{ kind: disclose, text: Payments were read. }]
    reason: People are told.
`;

const org = `org: acme
dated: "2026-11-22"
profile: calm
packs: [shop]
domains: [acme.example, "*.acme.example"]
default_currency: USD
sets:
  known_payees: { owner: money@acme.example, reason: Checked by phone., values: [globex, 4711] }
servers:
  shop-prod: { pack: shop }
unknown_read: { enabled: false }
weights: { MUTATION: { bp: 900, why: We change things all day. } }
rules:
  - id: at_night
    on: { domains: [payments] }
    when: { time: { not_from: "07:00", not_to: "20:00" }, weekday: [saturday, sunday] }
    raise: { session: 15 }
    add: { secondary: [GOVERNANCE] }
    reason: Nobody is at work.
relax:
  - id: small_refund
    on: { actions: [payments.refund] }
    when: { payee: { in_set: known_payees }, amount: { lt: 5000 } }
    verdict: allow
    owner: money@acme.example
    reason: Small sums to known payees.
    expires: "2027-03-31"
`;

/** File names by a short key, as the tables of the tests name them. */
export const NAMES = {
  edition: "taxonomy/edition.yaml",
  flags: "taxonomy/flags.yaml",
  amplifiers: "taxonomy/amplifiers.yaml",
  tiers: "taxonomy/tiers.yaml",
  fields: "taxonomy/fields.yaml",
  reasons: "taxonomy/reasons.yaml",
  unknown: "taxonomy/actions/unknown.yaml",
  files: "taxonomy/actions/files.yaml",
  payments: "taxonomy/actions/payments.yaml",
  base: "policies/base.yaml",
  pack: "policies/packs/shop/pack.yaml",
  profile: "policies/profiles/calm.yaml",
  org: "acme.yaml",
} as const;

export type SmallName = keyof typeof NAMES;

const TEXTS: Readonly<Record<SmallName, string>> = {
  edition,
  flags,
  amplifiers,
  tiers,
  fields,
  reasons,
  unknown,
  files,
  payments,
  base,
  pack,
  profile,
  org,
};

/** Two calls that the small policy's numbers leave as strict as they were. */
const corpus = `corpus: "1.0.0"
contexts: { nobody: {} }
points:
  - { id: refund_unknown, who: nobody, call: { action: payments.refund, fields: {} } }
  - { id: read_of_notes, who: nobody, call: { action: files.read, fields: { path: notes.txt } } }
`;

/** core.wasm, which scores the corpus for policies that move numbers. */
export const WASM: Uint8Array = readFileSync(join(ROOT, "build/core.wasm"));

/** Compiles, with the engine at hand. */
export function compileSmall(
  sources: readonly Source[] = smallSources(),
  options: CompileOptions = {},
): Compiled {
  return compile(sources, { wasm: WASM, ...options });
}

/** The text of one source. */
export function smallText(name: SmallName): string {
  return TEXTS[name];
}

/** The sources of the small policy; some can be left out or given another text. */
export function smallSources(
  changed: Readonly<Partial<Record<SmallName, string | undefined>>> = {},
): Source[] {
  const keys = Object.keys(NAMES) as SmallName[];
  const own = keys.flatMap((key) => {
    const text = key in changed ? changed[key] : TEXTS[key];
    return text === undefined ? [] : [{ name: NAMES[key], text, vouched: true }];
  });
  return [...own, { name: "policies/corpus.yaml", text: corpus }];
}

/** Taxonomy and base policy alone: the least that compiles. */
export function leastSources(): Source[] {
  return smallSources({ pack: undefined, profile: undefined, org: undefined });
}

/**
 * A small image made by hand for vectors and properties: nine actions, four packs, one of each kind of entry. Its numbers
 * resemble the base policy and are not it.
 */
import type { ImageSource, PredicateSource, RowSource, RuleSource } from "./image-writer.ts";
import { hazardOfWeight } from "./risk.ts";
import { amplifierMaxima, amplifierNames, fieldNumber, flagNames, position, wire } from "./wire.ts";

const field = fieldNumber;
const flag = (name: string): number => position(flagNames, name);
const amplifier = (name: string): number => position(amplifierNames, name);
const levels = (given: Record<string, number>): number[] => amplifierNames.map((name) => given[name] ?? 0);
const bits = (list: string[], ...names: string[]): number[] => names.map((name) => position(list, name));

const recipientScope = (operator: string, ...names: string[]): PredicateSource => ({
  operand: "recipient_scope",
  operator,
  values: bits(wire.recipient_scopes, ...names),
});
const hostScope = (operator: string, ...names: string[]): PredicateSource => ({
  operand: "host_scope",
  operator,
  values: bits(wire.host_scopes, ...names),
});
const pathScope = (operator: string, ...names: string[]): PredicateSource => ({
  operand: "path_scope",
  operator,
  values: bits(wire.path_scopes, ...names),
});
const mark = (...names: string[]): PredicateSource => ({
  operand: "mark",
  operator: "in",
  values: bits(wire.marks, ...names),
});
const text = (name: string, operator: string, ...values: string[]): PredicateSource => ({
  operand: "field_text",
  operator,
  subject: field(name),
  values,
});

const raise = (code: string, target: string, value: number, ...clauses: PredicateSource[][]): RuleSource => ({
  code,
  kind: "level",
  target: amplifier(target),
  value,
  clauses,
});
const addFlag = (
  code: string,
  target: string,
  role: "primary" | "secondary",
  ...clauses: PredicateSource[][]
): RuleSource => ({
  code,
  kind: "flag",
  target: flag(target),
  value: position(wire.roles_of_flag, role),
  clauses,
});

const rules: RuleSource[] = [
  raise("recipient_outside", "destination", 40, [recipientScope("in", "external", "mixed")]),
  raise("recipient_not_self", "destination", 5, [recipientScope("not_in", "self")]),
  raise("amount_checked", "amount", 15, [{ operand: "amount_ref", operator: "ge", values: [50_000] }]),
  raise("amount_painful", "amount", 30, [{ operand: "amount_ref", operator: "ge", values: [1_000_000] }]),
  raise(
    "secret_file",
    "sensitivity",
    35,
    [text("path", "under", "~/.ssh", ".git")],
    [text("path", "name_in", ".env", "*.pem")],
  ),
  raise("path_outside", "boundary", 10, [pathScope("in", "outside")]),
  raise("host_near", "boundary", 20, [hostScope("in", "private", "link_local")]),
  raise("host_not_ours", "destination", 30, [hostScope("not_in", "org")]),
  raise(
    "odd_url",
    "sensitivity",
    18,
    [{ operand: "url_userinfo", operator: "ge", values: [1] }],
    [{ operand: "url_idn", operator: "ge", values: [1] }],
  ),
  raise("actor_unfit", "actor", 10, [{ operand: "role", operator: "not_in", values: ["support", "admin"] }]),
  raise("actor_unnamed", "actor", 20, [{ operand: "actor", operator: "absent" }]),
  raise("in_production", "environment", 15, [
    { operand: "environment", operator: "in", values: ["production"] },
  ]),
  raise("payee_unknown", "destination", 20, [{ ...text("payee", "not_in_set"), set: 0 }]),
  raise(
    "out_of_hours",
    "session",
    15,
    [{ operand: "minute_of_day", operator: "lt", values: [420] }],
    [{ operand: "weekday", operator: "in", values: [5, 6] }],
  ),
  addFlag("grants_admin", "GOVERNANCE", "primary", [text("role", "in", "admin", "owner")]),
  addFlag("leaves_the_house", "EXPOSURE", "secondary", [recipientScope("in", "external", "mixed")]),
  addFlag("destructive_hint", "DESTRUCTION", "primary", [
    { operand: "annotation", operator: "in", values: bits(wire.annotations, "destructive") },
  ]),
  raise("unbound_server", "boundary", 20, [mark("server_unbound", "server_conflict")]),
  {
    ...raise("ledger.big_refund", "irreversibility", 20, [
      { operand: "amount_ref", operator: "ge", values: [10_000] },
    ]),
    pack: 0,
  },
  raise("many_items", "volume", 25, [
    { operand: "field_int", operator: "ge", subject: field("count"), values: [100] },
  ]),
  addFlag("writes_are_changes", "MUTATION", "primary"),
];

const rows: RowSource[] = [
  {
    code: "money_to_strangers",
    kind: "gate",
    verdict: "deny",
    clauses: [
      [
        { operand: "flag", operator: "in", values: [flag("FINANCIAL")] },
        { operand: "level", operator: "ge", subject: amplifier("amount"), values: [30] },
        { operand: "level", operator: "ge", subject: amplifier("destination"), values: [20] },
      ],
    ],
  },
  {
    code: "secrets_stay_home",
    kind: "gate",
    verdict: "deny",
    clauses: [
      [
        { operand: "primary_flag", operator: "in", values: [flag("OUTBOUND")] },
        { operand: "level", operator: "ge", subject: amplifier("sensitivity"), values: [35] },
      ],
    ],
  },
  {
    code: "inexact_amount",
    kind: "row",
    verdict: "review",
    clauses: [[mark("amount_inexact", "amount_range", "currency_missing", "currency_unknown")]],
    obligations: [{ kind: "approvers", number: 2 }],
  },
  {
    code: "unreadable_field",
    kind: "row",
    verdict: "review",
    clauses: [[mark("field_malformed", "values_overflow")]],
  },
  {
    code: "metadata_address",
    kind: "row",
    verdict: "deny",
    clauses: [[hostScope("in", "link_local")]],
  },
  {
    code: "competitor_mail",
    kind: "row",
    verdict: "review",
    clauses: [[text("recipient", "domain_in", "rival.example")]],
    obligations: [
      { kind: "notify", text: "sales" },
      { kind: "ttl_ms", number: 60_000 },
    ],
  },
  {
    code: "refund_note",
    kind: "row",
    verdict: "allow",
    clauses: [[{ operand: "field_int", operator: "present", subject: field("amount_minor") }]],
    obligations: [
      { kind: "redact", text: "text" },
      { kind: "disclose", text: "An agent made this refund." },
    ],
  },
  {
    code: "small_refunds",
    kind: "relax",
    verdict: "allow",
    expiresMs: 1_900_000_000_000n,
    clauses: [
      [
        { operand: "amount_ref", operator: "lt", values: [2_000] },
        { operand: "role", operator: "in", values: ["support", "lead"] },
      ],
    ],
  },
  {
    code: "hard_stop",
    kind: "row",
    verdict: "deny",
    clauses: [[{ operand: "tier", operator: "in", values: bits(wire.tiers, "critical") }]],
  },
  {
    code: "score_watch",
    kind: "row",
    verdict: "review",
    clauses: [[{ operand: "score", operator: "ge", values: [4_000] }]],
    obligations: [{ kind: "dry_run" }],
  },
];

const ruleIndex = (...codes: string[]): number[] =>
  rules.flatMap((rule, index) => (codes.includes(rule.code) ? [index] : []));
const rowIndex = (...codes: string[]): number[] =>
  rows.flatMap((row, index) => (codes.includes(row.code) ? [index] : []));

const gates = ["money_to_strangers", "secrets_stay_home"];
const always = ["unreadable_field", "hard_stop"];
const context = ["actor_unfit", "actor_unnamed", "in_production", "unbound_server", "destructive_hint"];

export const sampleImage: ImageSource = {
  edition: "2026.1",
  defaultCurrency: "USD",
  unknownRead: true,
  thresholds: [1500, 3500, 5500, 7500].map((bp) => Number(hazardOfWeight(bp))),
  route: ["allow", "allow", "review", "review", "deny"],
  hazards: [2800, 2600, 2200, 2000, 2000, 1600, 1400, 1000, 1000].map((bp) => Number(hazardOfWeight(bp))),
  gains: [620, 544, 544, 468, 388, 388, 312, 312, 232, 192],
  maxima: amplifierMaxima,
  actionUnclassified: 0,
  actionRead: 8,
  actions: [
    {
      name: "unknown.unclassified",
      number: 0,
      effect: "execute",
      primary: [flag("EXECUTION")],
      secondary: [flag("EXPOSURE"), flag("OUTBOUND"), flag("MUTATION")],
      levels: levels({ irreversibility: 5 }),
      fields: [],
      rules: ruleIndex(...context),
      rows: rowIndex(...gates, ...always),
    },
    {
      name: "email.send",
      aliases: ["mail.send"],
      number: 3,
      effect: "send",
      primary: [flag("OUTBOUND")],
      secondary: [flag("MUTATION")],
      levels: levels({ irreversibility: 12 }),
      fields: ["recipient", "subject", "text", "attachments"].map(field),
      rules: ruleIndex("recipient_outside", "recipient_not_self", "leaves_the_house", ...context),
      rows: rowIndex(...gates, "competitor_mail", ...always),
    },
    {
      name: "files.read",
      aliases: ["file.read"],
      number: 32,
      effect: "read",
      secondary: [flag("EXPOSURE")],
      levels: levels({ sensitivity: 5 }),
      fields: ["path", "recursive", "limit"].map(field),
      rules: ruleIndex("secret_file", "path_outside", ...context),
      rows: rowIndex(...gates, ...always),
    },
    {
      name: "files.move",
      number: 35,
      effect: "write",
      primary: [],
      secondary: [flag("DESTRUCTION"), flag("MUTATION")],
      levels: levels({ irreversibility: 3 }),
      fields: ["path", "destination_path", "count"].map(field),
      rules: ruleIndex("secret_file", "path_outside", "many_items", "writes_are_changes", ...context),
      rows: rowIndex(...gates, ...always),
    },
    {
      name: "iam.assign_role",
      number: 83,
      effect: "grant",
      primary: [flag("PRIVILEGE")],
      secondary: [flag("GOVERNANCE")],
      levels: levels({ scope: 10 }),
      fields: ["user", "role", "permission", "environment"].map(field),
      rules: ruleIndex("grants_admin", ...context),
      rows: rowIndex(...gates, ...always),
      obligations: [
        { kind: "approvers", number: 1 },
        { kind: "notify", text: "security" },
      ],
    },
    {
      name: "network.http_post",
      aliases: ["http.post"],
      number: 97,
      effect: "send",
      primary: [flag("OUTBOUND")],
      secondary: [flag("MUTATION"), flag("EXPOSURE")],
      levels: levels({ irreversibility: 5 }),
      fields: ["url", "host", "data", "method"].map(field),
      rules: ruleIndex("host_near", "host_not_ours", "odd_url", ...context),
      rows: rowIndex(...gates, "metadata_address", ...always),
    },
    {
      name: "payments.refund",
      aliases: ["payment.refund", "refund.create"],
      number: 58,
      effect: "pay",
      primary: [flag("FINANCIAL")],
      secondary: [flag("OUTBOUND"), flag("MUTATION")],
      levels: levels({ irreversibility: 10 }),
      fields: ["amount_minor", "currency", "payee", "reference", "text"].map(field),
      rules: ruleIndex(
        "amount_checked",
        "amount_painful",
        "payee_unknown",
        "ledger.big_refund",
        "out_of_hours",
        ...context,
      ),
      rows: rowIndex(...gates, "inexact_amount", "refund_note", "small_refunds", "score_watch", ...always),
    },
    {
      name: "calendar.list_events",
      number: 18,
      effect: "read",
      fields: ["start", "limit"].map(field),
      rows: rowIndex(...always),
    },
    {
      name: "unknown.read",
      number: 120,
      effect: "read",
      secondary: [flag("EXPOSURE")],
      levels: levels({ sensitivity: 5 }),
      fields: [],
      rules: ruleIndex(...context),
      rows: rowIndex(...gates, ...always),
    },
  ],
  packs: ["ledger", "mailer", "disk", "web"],
  mappings: [
    {
      id: "ledger/refund",
      pack: 0,
      action: 6,
      names: ["create_refund", "refundPayment"],
      ops: [
        { field: field("amount_minor"), transform: "typed", unit: "minor", path: ["amount"] },
        { field: field("currency"), transform: "typed", path: ["currency"] },
        { field: field("currency"), transform: "literal", literal: "eur" },
        { field: field("payee"), transform: "typed", path: ["customer", "id"] },
        { field: field("payee"), transform: "typed", path: ["customer"] },
        { field: field("reference"), transform: "typed", path: ["charge"] },
      ],
    },
    {
      id: "mailer/send",
      pack: 1,
      priority: 1,
      action: 1,
      names: ["send_email"],
      patterns: [{ prefix: "", suffix: "_send_email" }],
      guards: [{ kind: "absent", path: ["options", "preview"] }],
      ops: [
        { field: field("recipient"), transform: "typed", adds: true, path: ["to"] },
        { field: field("recipient"), transform: "typed", adds: true, path: ["cc", null, "email"] },
        { field: field("subject"), transform: "typed", path: ["subject"] },
        { field: field("text"), transform: "typed", path: ["body"] },
        { field: field("text"), transform: "typed", path: ["text"] },
        { field: field("attachments"), transform: "count", path: ["attachments"] },
      ],
    },
    {
      id: "mailer/preview",
      pack: 1,
      priority: 0,
      action: 7,
      names: ["send_email"],
    },
    {
      id: "disk/read",
      pack: 2,
      action: 2,
      names: ["read_file", "read_multiple_files"],
      ops: [
        { field: field("path"), transform: "typed", adds: true, path: ["path"] },
        { field: field("path"), transform: "typed", adds: true, path: ["paths"] },
        { field: field("recursive"), transform: "typed", path: ["recursive"] },
        { field: field("limit"), transform: "typed", path: ["limit"] },
      ],
    },
    {
      id: "disk/move",
      pack: 2,
      action: 3,
      names: ["move_file"],
      guards: [{ kind: "present", path: ["source"] }],
      ops: [
        { field: field("path"), transform: "typed", adds: true, path: ["source"] },
        { field: field("destination_path"), transform: "typed", path: ["destination"] },
        { field: field("count"), transform: "count", path: ["source"] },
      ],
    },
    {
      id: "web/post",
      pack: 3,
      action: 5,
      names: ["http_request", "fetch"],
      guards: [{ kind: "in", path: ["method"], values: ["post", "put", "1", "true"] }],
      ops: [
        { field: field("url"), transform: "typed", path: ["url"] },
        { field: field("host"), transform: "typed", path: ["proxy"] },
        { field: field("data"), transform: "typed", path: ["body"] },
        { field: field("method"), transform: "typed", path: ["method"] },
      ],
    },
    {
      id: "web/mail",
      pack: 3,
      action: 1,
      names: ["send_email"],
      ops: [{ field: field("recipient"), transform: "typed", adds: true, path: ["to"] }],
    },
  ],
  rules,
  rows,
  currencies: [
    { code: "USD", exponent: 2, referenceMilli: 1000 },
    { code: "EUR", exponent: 2, referenceMilli: 1200 },
    { code: "JPY", exponent: 0, referenceMilli: 700 },
    { code: "KWD", exponent: 3, referenceMilli: 330 },
  ],
  prefixes: ["functions.", "default_api."],
  sets: [
    { name: "vendors", values: ["acct_42", "Müller GmbH"] },
    { name: "friends", values: ["eve@partner.example"] },
  ],
  servers: [
    { name: "ledger", pack: 0 },
    { name: "mail", pack: 1 },
  ],
  domains: ["acme.example"],
  domainsUnder: ["acme.example"],
  verbsRead: ["get", "list", "read", "search", { token: "status", value: 1 }],
  verbsAct: [
    { token: "delete", value: 1 },
    { token: "pay", value: 1 << 1 },
    { token: "run", value: 1 << 2 },
    { token: "send", value: 1 << 3 },
    { token: "create", value: 1 << 4 },
    { token: "order", value: (1 << 4) + (1 << 7) },
  ],
  argumentNames: [
    { token: "to", value: 1 << 3 },
    { token: "body", value: 1 << 11 },
    { token: "path", value: 1 << 4 },
    { token: "content", value: (1 << 12) + (1 << 15) },
    { token: "callback", value: (1 << 6) + (1 << 14) },
    { token: "operation", value: 1 << 7 },
  ],
  fieldInputs: [
    { name: "amount", field: field("amount_minor") },
    { name: "to", field: field("recipient") },
    { name: "file", field: field("path") },
  ],
  lowered: [{ kind: "profile", name: "general", authority: "org" }],
};

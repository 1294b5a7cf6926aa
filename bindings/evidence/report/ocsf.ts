/**
 * OCSF 1.9.0, one event a line, for security information systems. The class is API Activity (6003) with the profiles
 * security_control (what was decided) and ai_operation (which agent); docs/reports.md says why, and why a leaf hash is
 * no attestation of the event.
 */

import { obligationsText, whatText } from "./columns.ts";
import { encoded, type ReportHead } from "./head.ts";
import type { ReportRow } from "./row.ts";
import { jsonLine, percentText } from "./text.ts";

const SCHEMA_VERSION = "1.9.0";
const CATEGORY = { category_uid: 6, category_name: "Application Activity" } as const;
const CLASS = { class_uid: 6003, class_name: "API Activity" } as const;
/** Create, Read, Update and Delete are what a call asks of a service; the name of an action says more than that. */
const ACTIVITY_OTHER = 99;

const RISK_LEVELS = {
  minimal: [0, "Info"],
  low: [1, "Low"],
  medium: [2, "Medium"],
  high: [3, "High"],
  critical: [4, "Critical"],
} as const;

const INFORMATIONAL = { severity_id: 1, severity: "Informational" } as const;
const LOW = { severity_id: 2, severity: "Low" } as const;
const MEDIUM = { severity_id: 3, severity: "Medium" } as const;
const HIGH = { severity_id: 4, severity: "High" } as const;

/** The report piece by piece. */
export function ocsf(rows: Iterable<ReportRow>, head: ReportHead): Generator<Uint8Array> {
  return encoded(lines(rows, head));
}

function* lines(rows: Iterable<ReportRow>, head: ReportHead): Generator<string> {
  for (const row of rows) yield `${jsonLine(ocsfEvent(row, head))}\n`;
}

function ocsfEvent(row: ReportRow, { origin, program }: ReportHead): object {
  const operation = row.kind === "call" ? row.action || "unscored" : `permit0.${row.event}`;
  const { agent, session } = row;
  return {
    activity_id: ACTIVITY_OTHER,
    activity_name: operation,
    ...CATEGORY,
    ...CLASS,
    type_uid: CLASS.class_uid * 100 + ACTIVITY_OTHER,
    type_name: `${CLASS.class_name}: Other`,
    time: row.time_ms,
    ...severityOf(row),
    ...statusOf(row),
    message: messageOf(row),
    metadata: {
      version: SCHEMA_VERSION,
      product: { name: "permit0", vendor_name: "permit0", version: program },
      profiles: ["security_control", "ai_operation"],
      uid: row.leaf,
      sequence: row.seq,
      log_name: `${origin}/${row.shard}`,
      ...(session === "" ? {} : { correlation_uid: session }),
    },
    actor: actorOf(row),
    ...(agent === ""
      ? {}
      : { ai_agent: { uid: agent, name: agent, ...(session === "" ? {} : { instance_uid: session }) } }),
    api: { operation, ...(row.server === "" ? {} : { service: { name: row.server } }) },
    src_endpoint: { svc_name: "permit0", uid: `${origin}/${row.shard}` },
    ...controlOf(row),
    unmapped: unmapped(row),
  };
}

/** What the control did. In shadow mode it looked on. */
function controlOf(row: ReportRow): object {
  const { verdict, mode, tier, score, reasons } = row;
  if (row.kind !== "call" || verdict === "") return {};
  const shadow = mode === "shadow";
  const policy = { name: "permit0 policy image", uid: row.image, version: row.edition, is_applied: !shadow };
  return {
    ...(shadow ? OBSERVED : DONE[verdict]),
    is_alert: verdict !== "allow",
    authorizations: [{ decision: verdict, policy }],
    policy,
    ...(tier === "" ? {} : { risk_level_id: RISK_LEVELS[tier][0], risk_level: RISK_LEVELS[tier][1] }),
    ...(score === null ? {} : { risk_score: score }),
    risk_details: reasons.map(({ sentence }) => sentence).join(" "),
  };
}

const OBSERVED = { action_id: 3, action: "Observed", disposition_id: 17, disposition: "Logged" } as const;
const DONE = {
  allow: { action_id: 1, action: "Allowed", disposition_id: 1, disposition: "Allowed" },
  review: { action_id: 99, action: "Review by a person", disposition_id: 14, disposition: "Delayed" },
  deny: { action_id: 2, action: "Denied", disposition_id: 2, disposition: "Blocked" },
} as const;

/** By the verdict and not by the tier: what was held back is what somebody looks at. */
function severityOf({ kind, event, verdict }: ReportRow) {
  if (kind === "note") return event === "cut" ? MEDIUM : event === "begin" ? INFORMATIONAL : LOW;
  if (verdict === "deny") return HIGH;
  if (verdict === "review") return MEDIUM;
  return event === "freeze" || event === "thaw" ? LOW : INFORMATIONAL;
}

/** Whether the call succeeded: it has not run yet when it is decided, so only a later entry can say. */
function statusOf({ verdict, mode, outcome, kind }: ReportRow) {
  if (outcome === "ran") return { status_id: 1, status: "Success" };
  if (outcome === "failed") return { status_id: 2, status: "Failure" };
  if (kind === "note") return { status_id: 1, status: "Success" };
  if (verdict === "deny" && mode === "enforce") return { status_id: 2, status: "Failure" };
  return { status_id: 0, status: "Unknown" };
}

function messageOf(row: ReportRow): string {
  const { kind, mode, verdict, score, tier } = row;
  const what = whatText(row);
  if (kind === "note") return what;
  const scored = score === null ? "" : ` (${percentText(score)} %, ${tier})`;
  return `${mode === "shadow" ? "SHADOW, not enforced: " : ""}${verdict} ${what}${scored}`;
}

/** An actor is required; a request that was not opened names nobody. */
function actorOf({ principal, actor, session, payload }: ReportRow): object {
  const name = actor || principal;
  return {
    user: name === "" ? { name: `not known (payload ${payload})`, type_id: 0 } : { name },
    ...(session === "" ? {} : { session: { uid: session } }),
  };
}

/** What the schema has no place for, under the names of the other reports. */
function unmapped(row: ReportRow): object {
  const { shard, prev, record, request, args, engine, payload, sealed, subject } = row;
  return {
    shard,
    kind: row.kind,
    by: row.by,
    mode: row.mode,
    actions: row.actions,
    mapping: row.mapping,
    reasons: row.reasons.map(({ code }) => code),
    gate: row.gate,
    rows: row.rows,
    lowered_by: row.lowered_by,
    obligations: obligationsText(row.obligations),
    principal: row.principal,
    tool: row.tool,
    vouched: row.vouched,
    approver: row.approver,
    token: row.token,
    outcome: row.outcome,
    of: row.of,
    detail: row.detail,
    binding: row.binding,
    durability: row.durability,
    engine,
    record,
    request,
    args,
    prev,
    payload,
    sealed,
    subject,
    controls: row.controls,
  };
}

/** The columns of the reports that are tables, each once for all formats. docs/reports.md has their meanings. */

import type { LoweredBy, Obligations } from "../../src/types.ts";
import type { ReportRow } from "./row.ts";
import { item } from "./text.ts";

export interface Column {
  /** Name in CSV, kept from release to release. */
  readonly name: string;
  /** Heading in a workbook. */
  readonly title: string;
  /** Text, a whole number, basis points, or milliseconds since 1970. */
  readonly kind: "text" | "integer" | "percent" | "time";
  /** Characters of a workbook's column. */
  readonly width: number;
  /** Not made safe yet; null is an empty cell. */
  readonly of: (row: ReportRow) => string | number | null;
}

const DIGEST_WIDTH = 24;

const text = (name: string, title: string, width: number, of: (row: ReportRow) => string): Column => ({
  name,
  title,
  kind: "text",
  width,
  of,
});

export const COLUMNS: readonly Column[] = [
  text("shard", "Shard", 12, (row) => row.shard),
  { name: "seq", title: "Entry", kind: "integer", width: 9, of: (row) => row.seq },
  { name: "when", title: "When (UTC)", kind: "time", width: 24, of: (row) => row.time_ms },
  text("kind", "Kind", 8, (row) => row.kind),
  text("verdict", "Verdict", 9, (row) => row.verdict),
  text("mode", "Mode", 23, modeText),
  text("tier", "Tier", 10, (row) => row.tier),
  { name: "score_percent", title: "Score", kind: "percent", width: 9, of: (row) => row.score },
  text("action", "Action", 28, (row) => row.action),
  text("actions", "All actions", 32, (row) => listText(row.actions)),
  text("mapping", "Mapping", 24, (row) => listText(row.mapping)),
  text("reasons", "Reason codes", 28, (row) => listText(row.reasons.map(({ code }) => code))),
  text("why", "Why", 60, (row) => row.reasons.map(({ sentence }) => sentence).join(" ")),
  text("gate", "Gate", 22, (row) => row.gate),
  text("rows", "Rules", 32, (row) => listText(row.rows)),
  text("lowered_by", "Lowered by", 32, (row) => row.lowered_by.map(loweredText).join("; ")),
  text("obligations", "Obligations", 28, (row) => obligationsText(row.obligations)),
  text("principal", "Principal", 20, (row) => row.principal),
  text("actor", "Actor", 20, (row) => row.actor),
  text("agent", "Agent", 20, (row) => row.agent),
  text("session", "Session", 20, (row) => row.session),
  text("vouched", "Vouched for", 24, (row) => row.vouched.join("; ")),
  text("tool", "Tool", 22, (row) => row.tool),
  text("server", "Server", 18, (row) => row.server),
  text("approver", "Approver", 20, (row) => row.approver),
  text("token", "Token", 20, (row) => row.token),
  text("outcome", "Outcome", 10, (row) => row.outcome),
  text("of", "Outcome of record", DIGEST_WIDTH, (row) => row.of),
  text("event", "Event", 10, (row) => row.event),
  text("detail", "Detail", 48, (row) => row.detail),
  text("by", "Decided by", 11, (row) => row.by),
  text("binding", "Binding", 10, (row) => row.binding),
  text("durability", "Durability", 11, (row) => row.durability),
  text("image", "Policy image (SHA-256)", DIGEST_WIDTH, (row) => row.image),
  text("edition", "Taxonomy edition", 16, (row) => row.edition),
  text("engine", "Engine (SHA-256)", DIGEST_WIDTH, (row) => row.engine),
  text("record", "Record digest", DIGEST_WIDTH, (row) => row.record),
  text("request", "Request commitment", DIGEST_WIDTH, (row) => row.request),
  text("args", "Arguments commitment", DIGEST_WIDTH, (row) => row.args),
  text("leaf", "Leaf hash", DIGEST_WIDTH, (row) => row.leaf),
  text("prev", "Leaf hash before", DIGEST_WIDTH, (row) => row.prev),
  text("payload", "Payload", 10, (row) => row.payload),
  text("sealed", "Sealed bytes (SHA-256)", DIGEST_WIDTH, (row) => row.sealed),
  text("subject", "Subject key id", DIGEST_WIDTH, (row) => row.subject),
  { name: "time_ms", title: "Time (ms)", kind: "integer", width: 16, of: (row) => row.time_ms },
  text("controls", "Evidence for", 48, (row) => row.controls.join("; ")),
];

function listText(items: readonly string[]): string {
  return items.map(item).join("; ");
}

/** Shadow mode is loud: the call ran whatever the verdict says. */
export function modeText({ mode }: Pick<ReportRow, "mode">): string {
  return mode === "shadow" ? "SHADOW (not enforced)" : mode;
}

export function loweredText({ kind, name, authority }: LoweredBy): string {
  return `${kind} ${item(name)} (${item(authority)})`;
}

/** `2 approvers; notify #money`, in the order of the record. */
export function obligationsText(obligations: Obligations): string {
  const { approvers, disclose, dry_run, notify, redact, ttl_ms } = obligations;
  return [
    ...(approvers === undefined ? [] : [`approvers ${approvers}`]),
    ...(disclose === undefined ? [] : [`disclose ${disclose.map(item).join(", ")}`]),
    ...(dry_run === undefined ? [] : ["dry run only"]),
    ...(notify === undefined ? [] : [`notify ${notify.map(item).join(", ")}`]),
    ...(redact === undefined ? [] : [`redact ${redact.map(item).join(", ")}`]),
    ...(ttl_ms === undefined ? [] : [`good for ${ttl_ms} ms`]),
  ].join("; ");
}

/** Who, as far as a row tells: on whose behalf, and which agent. */
export function whoText({ principal, actor, agent }: ReportRow): string {
  return [...new Set([principal, actor, agent])]
    .filter((name) => name !== "")
    .map((name) => (name.includes("/") ? JSON.stringify(name) : name))
    .join(" / ");
}

/** What: of a call its action, of anything else what happened. */
export function whatText({ kind, event, detail, action, by }: ReportRow): string {
  if (kind === "call") return action === "" && by === "host" ? "(not scored)" : action;
  return detail === "" ? event : `${event}: ${detail}`;
}

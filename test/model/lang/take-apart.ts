/** Step 3a of evaluation.md: a call in a language becomes drafts of parts. */
import { toBytes } from "../bytes.ts";
import type { Node } from "../cmp.ts";
import type { Facts, Value } from "../extract.ts";
import type { Image } from "../image.ts";
import type { Candidate } from "../match.ts";
import type { Request } from "../request.ts";
import { fieldNumber } from "../wire.ts";
import { Drafts, type Language, type Nested } from "./drafts.ts";
import { overridesMethod, takeHttp } from "./http.ts";
import { takeShell } from "./shell.ts";
import { takeSql } from "./sql.ts";
import { hasUnread } from "./unread.ts";

/** The drafts of a candidate whose mapping has a language; null where there is no text that could be read. */
export function takeApart(candidate: Candidate, facts: Facts, request: Request, image: Image): Drafts | null {
  const language = candidate.language as Language;
  const isMalformed = (name: string): boolean => facts.fields.get(fieldNumber(name))?.malformed === true;
  const first = (name: string): Value | undefined => facts.fields.get(fieldNumber(name))?.values[0];
  const text = textOf(first(TEXT_FIELD[language]));
  const fieldsNeeded = [TEXT_FIELD[language], ...OTHER_FIELDS[language]];
  // A text without bytes is none.
  if (text === null || text === "" || fieldsNeeded.some(isMalformed)) return null;

  const path = first("path");
  const directories = facts.fields.get(fieldNumber("path"))?.values.length ?? 0;
  if (language === "shell" && directories > 1) return null;
  const drafts = new Drafts(image);
  const whole: Nested = {
    language,
    text,
    marks: new Set(),
    group: drafts.newGroup(),
    depth: 0,
    directory: language === "shell" && path?.kind === "path" ? path.given : null,
  };
  if (language === "http") {
    const method = hasOverride(request.payload) ? "override" : textOf(first("method"));
    const data = facts.treeData ?? textOf(first("data"));
    const bytes = typeof data === "string" ? toBytes(data) : data;
    takeHttp(method === null ? null : toBytes(method), toBytes(text), bytes, whole, drafts, image);
  } else take(whole, drafts, request, image);

  for (let next = drafts.next(); next !== undefined; next = drafts.next()) take(next, drafts, request, image);
  if (hasUnread(request.payload, candidate.ops, facts.taken)) drafts.opaque(whole);
  if (drafts.drafts.every((draft) => draft.isSuspect))
    drafts.role("infra.list_resources", language, drafts.newGroup());
  return drafts;
}

const TEXT_FIELD: Record<Language, string> = { shell: "command", sql: "query", http: "url" };
/** Fields that must not be malformed either. */
const OTHER_FIELDS: Record<Language, string[]> = { shell: ["path"], sql: [], http: ["method", "data"] };

/** Whether a key or a text of the arguments is a header that gives the request another method. */
function hasOverride(node: Node): boolean {
  if (node.type === "str") return overridesMethod(node.text);
  if (node.type === "array") return node.items.some(hasOverride);
  return (
    node.type === "map" && node.members.some(({ key, value }) => overridesMethod(key) || hasOverride(value))
  );
}

function textOf(value: Value | undefined): string | null {
  return value !== undefined && "text" in value ? value.text : null;
}

function take(text: Nested, drafts: Drafts, request: Request, image: Image): void {
  if (text.language === "shell") takeShell(text, drafts, request, image);
  else if (text.language === "sql") takeSql(text, drafts, image);
  else takeHttp(null, toBytes(text.text), null, text, drafts, image);
}

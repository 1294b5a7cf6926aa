/** Obligations: what must happen with a verdict. */

import { OBLIGATION_NAMES } from "../gen/codes.ts";
import { APPROVERS_MAX } from "../gen/limits.ts";
import { memberOf, type Tree } from "./parse.ts";
import type { Reader } from "./shape.ts";

/** A kind with its number (approvers, ttl_ms) or text (redact, notify, disclose); 0 and "" where it has none. */
export interface Obligation {
  /** Position in OBLIGATION_NAMES. */
  readonly kind: number;
  readonly number: number;
  readonly text: string;
}

const TTL_MS_MAX = 2_147_483_647;
const TEXT = { bytesMax: 1024 };

/** The one member each kind has besides `kind`. */
const MEMBERS: Readonly<Record<string, string>> = {
  approvers: "count",
  redact: "path",
  notify: "channel",
  ttl_ms: "ms",
  disclose: "text",
};

function kindOf(reader: Reader, tree: Tree): number | undefined {
  const kind = reader.map(tree, "an obligation") && memberOf(tree, "kind");
  if (kind) return reader.word(kind, "a kind of obligation", OBLIGATION_NAMES);
  if (tree.kind === "map") reader.issues.fault(tree.place, "the key kind", "no such key", "add kind");
  return undefined;
}

function readObligation(reader: Reader, tree: Tree): Obligation | undefined {
  const kind = kindOf(reader, tree);
  if (kind === undefined) return undefined;
  const name = OBLIGATION_NAMES[kind] ?? "";
  const member = MEMBERS[name];
  const shape = reader.shape(
    tree,
    `the obligation ${name}`,
    member === undefined ? ["kind"] : ["kind", member],
  );
  const value = member === undefined ? undefined : shape?.get(member);
  if (name === "approvers") {
    return { kind, number: reader.int(value, "a number of people", 1, APPROVERS_MAX) ?? 1, text: "" };
  }
  if (name === "ttl_ms") {
    return { kind, number: reader.int(value, "a number of milliseconds", 1, TTL_MS_MAX) ?? 1, text: "" };
  }
  return { kind, number: 0, text: reader.text(value, `${member}`, TEXT) ?? "" };
}

/** A list of obligations; an absent list is empty. */
export function readObligations(reader: Reader, tree: Tree | undefined): Obligation[] {
  if (!tree) return [];
  return (reader.list(tree, "obligations")?.items ?? []).flatMap(
    (item) => readObligation(reader, item) ?? [],
  );
}

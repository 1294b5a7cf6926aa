/** Which entries a filter lets through. */

import type { RecordEntry } from "../entry.ts";
import { factsOf } from "../facts.ts";
import { type ReportRow, rowOf } from "../report/index.ts";
import type { BundleFilter } from "./format.ts";
import { reported } from "./rows.ts";

/** Whether a record may be disclosed under a filter. What is not known does not fit. */
export function fitsFilter(
  entry: RecordEntry,
  filter: BundleFilter | undefined,
  request: Uint8Array | undefined,
): boolean {
  if (filter === undefined) return true;
  const { action, session, verdict } = filter;
  if (verdict !== undefined && factsOf(entry.record)?.verdict !== verdict) return false;
  if (action === undefined && session === undefined) return true;
  if (session !== undefined && request === undefined) return false;
  const row: ReportRow = rowOf(reported(entry), {
    shard: "",
    leaf: entry.prev,
    ...(request === undefined ? {} : { opened: request }),
  });
  return (
    (action === undefined || row.actions.includes(action)) &&
    (session === undefined || row.session === session)
  );
}

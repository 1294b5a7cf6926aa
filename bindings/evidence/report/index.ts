/** Reports from a log, each a function of its rows and its head alone: the same input gives the same bytes. */

export { CONTROLS, type Control, controlsOf } from "./controls.ts";
export { csv } from "./csv.ts";
export { joined, type ReportHead, type ReportRange } from "./head.ts";
export { html } from "./html.ts";
export { jsonLines } from "./jsonl.ts";
export { ocsf } from "./ocsf.ts";
export {
  type PayloadState,
  type ReportEntry,
  type ReportNote,
  type ReportRow,
  type RowFacts,
  type RowWithoutControls,
  rowOf,
} from "./row.ts";
export { xlsx } from "./xlsx.ts";
export { unzip, type ZipLimits, type ZipMember, zip } from "./zip.ts";

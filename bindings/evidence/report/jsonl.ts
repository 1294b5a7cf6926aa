/** One JSON object a line: the rows as they are, for programs. */

import { encoded } from "./head.ts";
import type { ReportRow } from "./row.ts";
import { jsonLine, timeText } from "./text.ts";

/** The report piece by piece. */
export function jsonLines(rows: Iterable<ReportRow>): Generator<Uint8Array> {
  return encoded(lines(rows));
}

function* lines(rows: Iterable<ReportRow>): Generator<string> {
  for (const { shard, seq, ...rest } of rows) {
    yield `${jsonLine({ shard, seq, when: timeText(rest.time_ms), ...rest })}\n`;
  }
}

/** Where the body of a here-document ends (docs/format/shell.md, 6). */
import { fault, type Text } from "./shell-words.ts";

/** The body from `start` on: where it ends, and where reading goes on. */
export function hereBody(
  src: string,
  start: number,
  end: number,
  delimiter: Text,
  stripsTabs: boolean,
): { bodyEnd: number; resumeAt: number } {
  const bare = (line: string): string => (stripsTabs ? line.replace(/^\t+/, "") : line);
  let before = "";
  for (let at = start; at <= end; ) {
    const newline = src.indexOf("\n", at);
    const lineEnd = newline < 0 || newline >= end ? end : newline;
    const line = src.slice(at, lineEnd);
    if (bare(line) === delimiter.text && (at < end || lineEnd > at || at === end)) {
      if (!delimiter.quoted && before.endsWith("\\")) fault("continued before the delimiter");
      return { bodyEnd: at, resumeAt: Math.min(lineEnd + 1, end) };
    }
    if (!delimiter.quoted && line.endsWith("\\")) {
      if (delimiter.text.startsWith(bare(line).slice(0, -1))) fault("a continued delimiter");
    }
    if (lineEnd === end) break;
    before = line;
    at = lineEnd + 1;
  }
  return fault("here-document without its delimiter");
}

/** Events and notes in words, for people who read a log. */

import { readNote } from "./note.ts";
import { hex } from "./sha256.ts";
import type { EventFacts } from "./types.ts";

/** What happened, in one line. */
export function eventText(event: EventFacts): string {
  const { by, reason } = event;
  const said = `${by === undefined ? "" : ` by ${by}`}${reason === undefined ? "" : `: ${reason}`}`;
  return `${happened(event)}${said}`;
}

function happened(event: EventFacts): string {
  switch (event.kind) {
    case "observe":
      return `${event.trust === "user" ? "a text of the user" : "a text of a tool"} was seen${fromText(event.source)}${labelText(event.labels)}`;
    case "label":
      return `labels ${event.labels.join(", ")} were given`;
    case "outcome": {
      const what = { ran: "ran", failed: "failed", unknown: "may have run" }[event.status];
      const call = event.of === undefined ? "a call" : `the call of record ${hex(event.of).slice(0, 16)}`;
      return `${call} ${what}${fromText(event.source)}${labelText(event.labels)}`;
    }
    case "freeze":
      return `${event.scope} ${event.value} was frozen`;
    case "thaw":
      return `${event.scope} ${event.value} was thawed`;
  }
}

function fromText(source: string | undefined): string {
  return source === undefined ? "" : `, source ${source}`;
}

function labelText(labels: readonly string[] | undefined): string {
  return labels === undefined || labels.length === 0 ? "" : `, with labels ${labels.join(", ")}`;
}

/** What a note puts into a history; nothing for one without bytes. */
export function noteTexts(note: Uint8Array): string[] {
  const found = readNote(note);
  if (found === undefined) return [];
  const { labels, observed, saturated, allWritten, user, tool, written, frozen, thawed } = found;
  const counted = (count: number, what: string): string[] => (count === 0 ? [] : [`${count} ${what}`]);
  return [
    ...(labels.length === 0 ? [] : [`labels ${labels.join(", ")}`]),
    ...(observed ? ["its texts are observed"] : []),
    ...counted(user, "values that the user typed"),
    ...counted(tool, "values that a tool showed"),
    ...counted(written, "written values"),
    ...counted(frozen, "frozen"),
    ...counted(thawed, "thawed"),
    ...(saturated ? ["more was shown than can be listed, so nothing becomes the user's any more"] : []),
    ...(allWritten ? ["more was written than can be listed, so everything counts as written"] : []),
  ];
}

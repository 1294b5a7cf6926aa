/**
 * Stub: what a command does, by the tables of the image. For now each call is a part of its own that names its words.
 */
import { FIELD_COMMAND, LANGUAGE_SHELL } from "../../gen/codes";
import { ROLE_ACTION_PROCESS_SHELL } from "../../gen/words";
import { beginRole, draftAt, draftCount, draftText } from "../drafts";
import { Surroundings, wordOf } from "./words";

export function runCommand(first: i32, count: i32, around: Surroundings): void {
  if (!beginRole(ROLE_ACTION_PROCESS_SHELL, LANGUAGE_SHELL, around.group)) return;
  draftAt(draftCount() - 1).marks |= around.marks;
  for (let position = first; position < first + count; position++) {
    const word = wordOf(position);
    draftText(FIELD_COMMAND, word.at, word.bytes);
  }
}

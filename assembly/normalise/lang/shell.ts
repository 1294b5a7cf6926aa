import { draftOpaque } from "../drafts";
import { Nested } from "../nested";

export function takeShell(text: Nested): void {
  draftOpaque(text);
}

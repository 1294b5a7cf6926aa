import { draftOpaque } from "../drafts";
import { Nested } from "../nested";

export function takeSql(text: Nested): void {
  draftOpaque(text);
}

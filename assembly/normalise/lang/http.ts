import { draftOpaque } from "../drafts";
import { Nested } from "../nested";

export function takeHttp(
  methodAt: usize,
  methodBytes: u32,
  urlAt: usize,
  urlBytes: u32,
  dataAt: usize,
  dataBytes: u32,
  text: Nested,
): void {
  draftOpaque(text);
}

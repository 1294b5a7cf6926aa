/**
 * Between which commands of a shell text data flows: pipelines, what is begun inside them, and files that two commands
 * name (docs/format/shell.md, groups).
 */
import { equal, hash32, indexOf } from "../../base/bytes";
import { groupOf, joinGroups, newGroup } from "../drafts";
import { Nested } from "../nested";
import { Frame } from "./shell-frames";
import { WORD_EXPANDS } from "./words";

const FILES_MAX: i32 = 256;
const SLOTS: u32 = 1024;
const FILES: usize = memory.data(3072, 8); // FILES_MAX x (at, bytes, group)
const SLOTS_AT: usize = memory.data(2048, 4); // u16: position + 1

let files: i32 = 0;
/** The group that all pipelines are of, or -1: the text's own inside another text, or after a table was full. */
let common: i32 = -1;
let first: i32 = -1;
let latest: i32 = -1;

export function beginFlows(text: Nested): void {
  files = 0;
  memory.fill(SLOTS_AT, 0, 2048);
  common = text.depth > 0 ? text.group : -1;
  first = -1;
  latest = -1;
}

/** The number that the next group will have at least. */
export function nextGroup(): i32 {
  return latest + 1;
}

/** The group of the pipeline that a list is at. */
export function groupOfPipeline(list: Frame): i32 {
  if (list.group >= 0) return list.group;
  if (common >= 0) list.group = common;
  else {
    list.group = newGroup();
    if (first < 0) first = list.group;
    latest = max(latest, list.group);
  }
  return list.group;
}

/** Joins all groups begun since `from` with the pipeline's. */
export function joinSince(list: Frame, from: i32): void {
  const group = groupOfPipeline(list);
  if (common >= 0) return;
  for (let inner = max(from, first); inner <= latest; inner++) joinGroups(group, inner);
}

/** Something of which there is only room for so much has been left out: all pipelines are of one group. */
export function joinAll(): void {
  if (common >= 0) return;
  if (first < 0) first = latest = newGroup();
  for (let group = first + 1; group <= latest; group++) joinGroups(first, group);
  common = first;
}

/** The text was not understood to its end, so nobody knows what flows where in it: all of it is of one group. */
export function joinText(group: i32): void {
  joinAll();
  joinGroups(common, group);
}

function fileAt(position: i32): usize {
  return FILES + <usize>position * 12;
}

function noteKey(at: usize, bytes: u32, group: i32, isTarget: bool): void {
  const looksLikeFile = isTarget || indexOf(at, bytes, 0x2f) >= 0 || indexOf(at, bytes, 0x2e) >= 0;
  while (bytes >= 2 && load<u8>(at) == 0x2e && load<u8>(at, 1) == 0x2f) {
    at += 2;
    bytes -= 2;
    while (bytes > 0 && load<u8>(at) == 0x2f) {
      at++;
      bytes--;
    }
  }
  let only = true; // Dots that are no name, or slashes.
  for (let done: u32 = 0; done < bytes; done++) {
    const byte = load<u8>(at + done);
    if (byte != 0x2f && (byte != 0x2e || bytes > 2)) only = false;
  }
  if (only) return;
  let slot = hash32(at, bytes) & (SLOTS - 1);
  while (true) {
    const found = <i32>load<u16>(SLOTS_AT + ((<usize>slot) << 1));
    if (found == 0) break;
    const file = fileAt(found - 1);
    if (load<u32>(file, 4) == bytes && equal(<usize>load<u32>(file), at, bytes)) {
      joinGroups(load<i32>(file, 8), group);
      return;
    }
    slot = (slot + 1) & (SLOTS - 1);
  }
  if (!looksLikeFile) return;
  if (files == FILES_MAX) {
    joinAll();
    return;
  }
  const file = fileAt(files++);
  store<u32>(file, <u32>at);
  store<u32>(file, bytes, 4);
  store<i32>(file, group, 8);
  store<u16>(SLOTS_AT + ((<usize>slot) << 1), <u16>files);
}

/** Joins the group with that of every command that named the same file, and remembers the word. */
export function noteFile(at: usize, bytes: u32, bits: u32, group: i32, isTarget: bool): void {
  if (bits & WORD_EXPANDS || bytes == 0 || common >= 0) return;
  group = groupOf(group);
  if (load<u8>(at) != 0x2d) noteKey(at, bytes, group, isTarget);
  let equals: u32 = 0;
  let sign: u32 = 0;
  for (let done: u32 = 0; done < bytes; done++) {
    const byte = load<u8>(at + done);
    if (byte == 0x3d && equals == 0) equals = done + 1;
    else if (byte == 0x40) sign = done + 1;
  }
  if (equals > 0 && common < 0) noteKey(at + equals, bytes - equals, group, false);
  if (sign > 0 && common < 0) noteKey(at + sign, bytes - sign, group, false);
}

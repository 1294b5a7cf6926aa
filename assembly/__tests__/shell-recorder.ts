/** Stands in for the table of commands in tests of the shell's parser: it writes down what it is told. */
import { draftCount } from "../drafts";
import { Surroundings, wordOf } from "./words";

export const CALLS_AT: usize = memory.data(1048576, 16);
const CALLS_BYTES: usize = 1048576;
let end: usize = 0;

export function callsBytes(): usize {
  const bytes = end;
  end = 0;
  return bytes;
}

function put(value: u32): void {
  if (end == CALLS_BYTES) return;
  store<u32>(CALLS_AT + end, value);
  end += 4;
}

export function runCommand(first: i32, count: i32, around: Surroundings): void {
  put(draftCount());
  put(around.marks);
  put(around.group);
  put(around.depth);
  put(<u32>around.directoryAt);
  put(around.directoryBytes);
  put(around.input);
  put(<u32>around.inputAt);
  put(around.inputBytes);
  put(count);
  for (let position = first; position < first + count; position++) {
    const word = wordOf(position);
    put(<u32>word.at);
    put(word.bytes);
    put(word.bits);
  }
}

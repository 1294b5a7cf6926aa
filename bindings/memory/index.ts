/**
 * Memory for a permit: where histories are kept, and what a log says about them. Nothing here needs a file or a `node:`
 * module; `permit0/memory-libsql` keeps histories in a file, `permit0/node` has a log in one.
 */

export { type LoggedFacts, shownEvent } from "../src/decision.ts";
export type { SessionOf } from "../src/events.ts";
export {
  type EventBody,
  type FreezeOrder,
  freezeBody,
  type GivenLabels,
  labelBody,
  type ObservedText,
  type Observer,
  type Outcome,
  observeBodies,
  outcomeBodies,
} from "../src/events.ts";
export {
  emptyCell,
  FORGOTTEN,
  type Freeze,
  type FrozenList,
  type LastKnown,
  type Log,
  type LogEntry,
  type LoggedCell,
  type Memory,
  Remembering,
  type Store,
  type StoredCell,
  type StoredChange,
} from "../src/memory.ts";
export { type Note, readNote } from "../src/note.ts";
export type { EventResult } from "../src/permit.ts";
export type { Cell, CellChange, NextCell, RememberedDecision } from "../src/types.ts";
export { digestAfter, type FoldedEvents, fold, talliesOf } from "./fold.ts";
export { MemoryStore, type MemoryStoreOptions } from "./memory-store.ts";
export { type CellDigest, LogFault, Replay, type ReplayedEntry, refill } from "./replay.ts";

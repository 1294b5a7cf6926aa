import { Replay } from "../memory/replay.ts";
import { hex } from "../src/sha256.ts";
import type { Cell } from "../src/types.ts";
import { Chain, type ChainedEntry } from "./chain.ts";
import type { Checkpoint, CheckpointTrust } from "./checkpoint.ts";
import type { OrderFault } from "./checkpoint-writer.ts";
import type { LogNote, RecordEntry } from "./entry.ts";
import { Histories } from "./histories.ts";
import type { Note } from "./note.ts";
import { OwnKeys } from "./own-keys.ts";
import { type FoundEntry, ShardFault } from "./shard.ts";
import { type Hash, sameHash } from "./tree.ts";

/** A checkpoint that the shard must pass. */
export interface Expected extends Checkpoint {
  readonly note: Note;
  readonly file: string;
  readonly at: number;
  isMet: boolean;
}

/** One bit makes one of them. */
const DISORDER_MAX = 16;

export class ShardWalk {
  readonly shard: string;
  readonly chain: Chain;
  readonly replay = new Replay();
  readonly expected: Expected[] = [];
  /** Where checkpoints do not ascend. */
  readonly disorder: OrderFault[] = [];
  /** Payloads whose key is gone. */
  readonly lost: { readonly seq: number; readonly subject: string }[] = [];
  /** Number of the last entry that erased a subject. */
  readonly erasedAt = new Map<string, number>();
  readonly #histories = new Histories();
  readonly #keys = new OwnKeys();
  readonly #burnt = new Set<string>();
  readonly #due = new Map<number, Expected[]>();
  origin = "";
  /** What the shard calls its key salt; undefined where it names none. */
  saltId: Uint8Array | undefined;
  /** Records that could not be decided again without it. */
  unsalted = 0;
  latestMs = 0;

  constructor(shard: string, hash: Hash) {
    this.shard = shard;
    this.chain = new Chain(hash);
  }

  expect(checkpoint: Checkpoint, note: Note, file: string, at: number): void {
    const expected = { ...checkpoint, note, file, at, isMet: false };
    this.expected.push(expected);
    const due = this.#due.get(checkpoint.size);
    if (due === undefined) this.#due.set(checkpoint.size, [expected]);
    else due.push(expected);
  }

  /** @throws the fault where there are so many that the file is no file of checkpoints. */
  takeDisorder(fault: OrderFault): void {
    if (this.disorder.length === DISORDER_MAX) throw fault;
    this.disorder.push(fault);
  }

  /** @throws ShardFault when the entry is not the next one, or others were signed up to it. */
  add(found: FoundEntry): ChainedEntry {
    const chained = this.chain.add(found);
    const { size } = this.chain.tree;
    const due = this.#due.get(size);
    if (due === undefined) return chained;
    this.#due.delete(size);
    const root = this.chain.tree.root();
    for (const expected of due) {
      if (!sameHash(expected.root, root))
        throw new ShardFault(
          "root_other",
          expected.file,
          expected.at,
          found.seq,
          `the ${size} entries are not those that were signed`,
        );
      expected.isMet = true;
    }
    return chained;
  }

  /** Takes what is no decision; returns what is wrong with it. */
  note(note: LogNote, seq: number): string | undefined {
    switch (note.kind) {
      case "begin": {
        if (seq !== 0) return "A log begins once.";
        this.origin = note.origin;
        this.saltId = note.salt;
        if (!note.origin.endsWith(`/${this.shard}`))
          return `It begins the shard ${note.origin}, and stands in the folder ${this.shard}.`;
        return this.#keys.take(note, seq);
      }
      case "key":
        return this.#keys.take(note, seq);
      case "erase":
        this.erasedAt.set(hex(note.subject), seq);
        return undefined;
      case "adopt":
        return note.from < seq ? undefined : "It adopts nothing.";
      case "burn": {
        // What one of them permits runs once, so no shard has it twice.
        const name = `${note.jti}\0${note.iss}`;
        if (this.#burnt.has(name)) return "The token that it burns was burnt before.";
        this.#burnt.add(name);
        return undefined;
      }
      case "cut":
      case "outcome":
        return undefined;
    }
  }

  /** The keys that the log itself names, each for the sizes for which it names it. */
  ownTrust(): CheckpointTrust {
    return { origin: this.origin, keys: this.#keys.all };
  }

  cells(entry: RecordEntry): Promise<readonly Cell[] | undefined> {
    return this.#histories.cells(entry);
  }

  remember(entry: RecordEntry): Promise<void> {
    return this.#histories.remember(entry);
  }
}

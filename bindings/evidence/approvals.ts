/**
 * What persons approved, across the records of a log. A record alone (answer.ts) holds the arguments, policy and reasons of
 * its approval against its own; that the record before it was a review of just these, and of the same actions, and that
 * one review gives one run, is seen here. Of each reviewed record its digest is kept, and a digest of what it was about.
 */

import { encode } from "../src/codec/encode.ts";
import { hex, sha256 } from "../src/sha256.ts";
import type { Approval } from "../src/types.ts";
import { recordDigest } from "./commitments.ts";
import type { RecordFacts } from "./facts.ts";
import { readRecord } from "./record.ts";
import type { Finding } from "./verify.ts";

/** What became of the records that say `approved`. */
export interface ApprovalsAnswer {
  /** Held against the record that was reviewed. */
  readonly checked: number;
  /** What does not hold, each as a finding. */
  readonly failed: number;
  /** The reviewed record stands outside of what was verified. */
  readonly outside: number;
  /** Of those who approved. Without a list of persons nobody looks at them. */
  readonly signatures: { readonly checked: number; readonly failed: number; readonly unlooked: number };
}

/** What is wrong with one who approved, by a list of persons; undefined where he signed just this. */
export type CheckApprover = (approval: Approval, at: number) => Promise<string | undefined>;

/** Where a record stands. */
export type ApprovalPlace = Pick<Finding, "file" | "at"> & { readonly shard: string; readonly seq: number };

interface Reviewed {
  readonly shard: string;
  readonly about: string;
}

interface Approved {
  readonly place: ApprovalPlace;
  readonly parent: string;
  readonly about: string;
}

/** What a verifier that was stopped goes on with. */
export interface ApprovalsState {
  readonly reviewed: readonly (readonly [digest: string, reviewed: Reviewed])[];
  readonly used: readonly string[];
  readonly waiting: readonly Approved[];
  readonly answer: ApprovalsAnswer;
}

export type FailApproval = (code: string, sentence: string, place: ApprovalPlace) => void;

export class ApprovalsWalk {
  readonly #fail: FailApproval;
  readonly #check: CheckApprover | undefined;
  readonly #reviewed = new Map<string, Reviewed>();
  readonly #used = new Set<string>();
  /** Whose review no record so far was: it may stand in a shard that is still to be read. */
  #waiting: Approved[] = [];
  readonly #answer = { checked: 0, failed: 0, outside: 0 };
  readonly #signatures = { checked: 0, failed: 0, unlooked: 0 };
  /** Records of the log are not looked at, so one that is not found may be among those. */
  isPartial = false;

  constructor(fail: FailApproval, check?: CheckApprover) {
    this.#fail = fail;
    this.#check = check;
  }

  get answer(): ApprovalsAnswer {
    return { ...this.#answer, signatures: { ...this.#signatures } };
  }

  /** Takes a record that follows from its own numbers. */
  async take(record: Uint8Array, facts: RecordFacts, place: ApprovalPlace): Promise<void> {
    if (facts.verdict !== "review" && !facts.hasApproval) return;
    const read = readRecord(record);
    if ("reason" in read || read.engine === undefined) return;
    const { approval, args, image, parts, reasons, verdict } = read.engine;
    const actions = parts.map(({ action }) => action);
    if (verdict === "review") {
      const { shard } = place;
      const digest = recordDigest(record);
      if (!this.#reviewed.has(digest))
        this.#reviewed.set(digest, { shard, about: aboutOf({ args, image, reasons }, actions) });
    }
    if (approval === undefined || !reasons.includes("approved")) return;
    const approved = { place, parent: hex(approval.of), about: aboutOf(approval, actions) };
    if (this.#reviewed.has(approved.parent)) this.#compare(approved);
    else this.#waiting.push(approved);
    if (this.#used.has(approved.parent)) {
      this.#answer.failed++;
      this.#fail(
        "approval_twice",
        "Another record was approved by the same review: one gives one run.",
        place,
      );
    }
    this.#used.add(approved.parent);
    await this.#signed(approval, place);
  }

  /** Everything was read. */
  end(): void {
    for (const approved of this.#waiting.splice(0)) {
      const reviewed = this.#reviewed.get(approved.parent);
      // Of its own shard it would have been read before.
      if (reviewed !== undefined && reviewed.shard !== approved.place.shard) this.#compare(approved);
      else if (reviewed === undefined && this.isPartial) this.#answer.outside++;
      else {
        this.#count(false);
        this.#fail(
          "approval_parent",
          "It says that persons approved it, and what they were asked about is no earlier record of this log with the verdict review.",
          approved.place,
        );
      }
    }
  }

  state(): ApprovalsState {
    return {
      reviewed: [...this.#reviewed],
      used: [...this.#used],
      waiting: [...this.#waiting],
      answer: this.answer,
    };
  }

  /** Takes up what was known when verifying was stopped. */
  goOn({ reviewed, used, waiting, answer: { signatures, ...answer } }: ApprovalsState): void {
    for (const [digest, one] of reviewed) this.#reviewed.set(digest, one);
    for (const parent of used) this.#used.add(parent);
    this.#waiting.push(...waiting);
    Object.assign(this.#answer, answer);
    Object.assign(this.#signatures, signatures);
  }

  #compare({ place, parent, about }: Approved): void {
    const isSame = this.#reviewed.get(parent)?.about === about;
    this.#count(isSame);
    if (!isSame)
      this.#fail(
        "approval_other",
        "What was approved is not what was reviewed: other arguments, another policy, other reasons or other actions.",
        place,
      );
  }

  #count(isRight: boolean): void {
    this.#answer.checked++;
    if (!isRight) this.#answer.failed++;
  }

  async #signed(approval: Approval, place: ApprovalPlace): Promise<void> {
    const { approvers } = approval;
    if (this.#check === undefined) {
      this.#signatures.unlooked += approvers.length;
      return;
    }
    const faults: string[] = [];
    for (const at of approvers.keys()) {
      const fault = await this.#check(approval, at);
      this.#signatures.checked++;
      if (fault !== undefined) faults.push(fault);
    }
    this.#signatures.failed += faults.length;
    if (faults.length > 0)
      this.#fail("approval_signature", `By the list of persons: ${faults.join("; ")}.`, place);
  }
}

/** Reasons stand in an approval in any order, and a list may have one twice. */
function aboutOf(
  { args, image, reasons }: Pick<Approval, "args" | "image" | "reasons">,
  actions: readonly string[],
): string {
  return hex(sha256(encode([args, image, [...new Set(reasons)].sort(), actions])));
}

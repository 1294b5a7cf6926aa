/** Random sequences of calls with histories, on the model alone: what must hold whatever the policy and the store. */
import { describe, expect, it } from "vitest";
import { fromBytes } from "../model/bytes.ts";
import { digestAfter, NO_NAME, readCell } from "../model/cells.ts";
import { type Node, readCmp } from "../model/cmp.ts";
import { hits } from "../model/coverage.ts";
import type { Image } from "../model/image.ts";
import { writeImage } from "../model/image-writer.ts";
import { decideModel, loadImageModel, nameModel } from "../model/model.ts";
import { Refusal, wire } from "../model/wire.ts";
import { Sequence } from "./generate-memory.ts";
import { changedMemory, memoryImage } from "./images.ts";
import { Random } from "./random.ts";

const SEED = Number(process.env.SEED ?? 20261127);
const IMAGES = 54;
const CALLS = 50;

function load(bytes: Uint8Array): Image {
  const image = loadImageModel(bytes);
  if (image instanceof Refusal) throw new Error(`${image} (${(image as { why?: string }).why})`);
  return image;
}

function memberOf(node: Node, key: string): Node | undefined {
  return node.type === "map" ? node.members.find((member) => member.key === key)?.value : undefined;
}

/** The histories of a record, each as its binary members. */
function historiesOf(record: Uint8Array): Record<string, Uint8Array>[] {
  const cells = memberOf(readCmp(record), "cells");
  if (cells?.type !== "array") return [];
  return cells.items.map((item) =>
    Object.fromEntries(
      ["after", "before", "events", "id", "note"].map((key) => [
        key,
        (memberOf(item, key) as { bytes: Uint8Array } | undefined)?.bytes ?? new Uint8Array(),
      ]),
    ),
  );
}

/** Whether something was said to a call, its name, and whether its events must have it. */
function callOf(
  request: Uint8Array,
  record: Uint8Array,
): { isAnswered: boolean; name: string; isNamed: boolean } {
  const [asked, decided] = [readCmp(request), readCmp(record)];
  const bytesOf = (node: Node, key: string): Uint8Array =>
    (memberOf(node, key) as { bytes: Uint8Array }).bytes;
  const textOf = (key: string): string => (memberOf(decided, key) as { text: string }).text;
  const isBlind = bytesOf(asked, "salt")
    .slice(0, 8)
    .every((byte) => byte === 0);
  return {
    isAnswered: memberOf(asked, "approval") !== undefined || memberOf(asked, "reviewer") !== undefined,
    name: isBlind ? NO_NAME : fromBytes(bytesOf(decided, "args").slice(0, 6)),
    isNamed: textOf("verdict") === "review" && textOf("mode") === "enforce",
  };
}

describe("sequences of calls", () => {
  it("keep every history whole", { timeout: 600_000 }, () => {
    for (let i = 0; i < IMAGES; i++) {
      const random = new Random(SEED + i);
      const source = memoryImage(random);
      const keySalt = Uint8Array.from({ length: 32 }, () => random.below(256));
      const bytes = writeImage(source);
      const sequence = new Sequence(random, bytes, load(bytes), keySalt);
      for (let n = 0; n < CALLS; n++) {
        if (n === CALLS / 2) {
          const changed = writeImage(changedMemory(random, source));
          sequence.move(changed, load(changed));
        }
        const step = sequence.next();
        const answer = decideModel(sequence.bytes, step.request, step.cells, keySalt);
        const named = nameModel(sequence.bytes, step.request, keySalt);
        if (!("record" in answer)) {
          if (answer.status !== 50)
            expect([named.status, named.offset]).toEqual([answer.status, answer.offset]);
          continue;
        }
        expect(named.status).toBe(0);
        for (const [at, history] of historiesOf(answer.record).entries()) {
          const id = history.id as Uint8Array;
          expect(fromBytes(id)).toBe(fromBytes(step.ids[at] as Uint8Array));
          const next = answer.cells[at] ?? null;
          if (next === null) {
            const nothing = new Uint8Array();
            expect([history.after, history.events, history.note]).toEqual([history.before, nothing, nothing]);
            continue;
          }
          const cell = readCell(next, id);
          expect(cell, `seed ${SEED}, image ${i}, call ${n}`).not.toBeNull();
          expect(cell?.digest).toEqual(history.after);
          const appended = (history.events as Uint8Array).length / 40;
          const last = appended === 0 ? [] : (cell?.events.slice(-appended) ?? []);
          const { isAnswered, name, isNamed } = callOf(step.request, answer.record);
          for (const event of last) expect(event.name).toBe(isNamed ? name : NO_NAME);
          // Of a call that is decided again only what was decided last is there.
          if (isAnswered && name !== NO_NAME) {
            const others = cell?.events.slice(0, cell.events.length - appended) ?? [];
            expect(others.filter((event) => event.verdict === 1 && event.name === name)).toEqual([]);
          }
          expect(digestAfter(id, history.before as Uint8Array, last, history.note)).toEqual(history.after);
        }
        sequence.keep(step, answer);
      }
    }
  });

  it("have met everything there is", () => {
    const wanted = [
      ...wire.signal_measures.flatMap((measure) => [`signal ${measure}`, `signal ${measure} calm`]),
      ...["valid", "stale", "invalid"].map((state) => `cell ${state}`),
      ...["state_invalid", "state_stale", "cells_overflow", "time_backwards"].map((code) => `reason ${code}`),
      ...["true", "false", "unknown"].map((truth) => `operand signal raising ${truth}`),
      "operand signal lowering unknown",
      ...["frozen", "state_full"].map((code) => `reason ${code}`),
      ...[
        "raising true",
        "raising false",
        "raising unknown",
        "lowering true",
        "lowering false",
        "lowering unknown",
      ].flatMap((truth) => ["provenance", "written"].map((operand) => `operand ${operand} ${truth}`)),
      ...["raising true", "raising false", "raising unknown", "lowering unknown"].map(
        (truth) => `operand label ${truth}`,
      ),
      ...wire.provenances.map((word) => `provenance ${word}`),
      ...["none", "unreadable", "known"].map((state) => `session ${state}`),
      ...wire.freeze_scopes.map((scope) => `frozen ${scope}`),
      ...wire.event_kinds.flatMap((kind) => ["allow", "deny"].map((verdict) => `event ${kind} ${verdict}`)),
      ...wire.trusts.flatMap((trust) => ["listed", "too much"].map((what) => `observe ${trust} ${what}`)),
      ...["user", "user again", "user, saturated", "user, full", "echoed"].map((what) => `note: ${what}`),
      ...["tool", "tool again", "tool, full"].map((what) => `note: ${what}`),
      ...["written", "written, full", "frozen", "frozen again"].map((what) => `note: ${what}`),
      ...["thawed", "thawed, not frozen"].map((what) => `note: ${what}`),
      ...["word", "host", "row", "numerals"].flatMap((what) =>
        ["shown", "without a form"].map((form) => `text ${what} ${form}`),
      ),
      ...["minimal", "low"].map((tier) => `event tier ${tier}`),
      ...["by 1", "by 2"].map((spellings) => `freeze or thaw of a tool ${spellings}`),
      ...["label", "outcome"].flatMap((kind) =>
        [...wire.trusts, "nobody"].map((trust) => `seen by ${kind} ${trust}`),
      ),
      ...["user", "written", "frozen"].map((what) => `cell with too many marks: ${what}`),
      ...["of words", "of one word"].map((what) => `value without a form: edge ${what}`),
      "provenance tool without a form",
      "provenance of the host of a url",
      ...["one word", "words"].map((what) => `www. cut off ${what}`),
      ...["behind", "without"].map((what) => `host ${what} a scheme`),
      "presence in an unreadable session",
      "no list of what is frozen, all places taken",
      "rule kind label",
      "rule kind written",
      "rule kind written, malformed",
      "written by an earlier part",
      "all is written",
      "a call gives a label",
      "a call writes",
      "a call writes more than a note can hold",
      "lowered_by provenance",
      "answer approved",
      ...["one event", "several events", "no event"].map((what) => `decided again: ${what} of valid`),
      "decided again: without a name",
      ...["approval", "reviewer deny", "reviewer escalate"].map((what) => `${what} of deny`),
      "an event leaves the ring",
      "a history is changed",
    ];
    expect(wanted.filter((name) => !hits.has(name))).toEqual([]);
  });
});

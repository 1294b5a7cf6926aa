/**
 * What a part of a call may ask of its session (docs/format/cell.md, section 6): labels, where a value came from, and
 * whether it was written.
 */
import { ALL_WRITTEN, type Cell, OBSERVED, SATURATED } from "./cells.ts";
import { hit } from "./coverage.ts";
import { formOfValue } from "./forms.ts";
import { hashOf, OF_FORM, OF_WRITTEN } from "./hashes.ts";
import { filterHas, hasBit, hasMark, TOOL, USER, WRITTEN } from "./notes.ts";
import { position, wire } from "./wire.ts";

/** The history of a session: none is kept, nobody can read it, or what it says. */
export type SessionCell = { state: "none" } | { state: "unreadable" } | { state: "known"; cell: Cell };

/** What a part of a call puts into its session. */
export interface Given {
  labels: Set<number>;
  /** Canonical values, each once, in order. */
  written: Set<string>;
}

export const NOTHING_GIVEN: Given = { labels: new Set(), written: new Set() };

/** Null everywhere: nobody knows. */
export interface SessionAnswers {
  /** Without those of the part itself. */
  labels: Set<number> | null;
  /** A number of wire.yaml's `provenances`. */
  provenanceOf(text: string): number | null;
  isWritten(text: string): boolean | null;
}

/** The hash of a canonical value that was written. */
export function writtenHash(keySalt: Uint8Array, text: string): bigint {
  return hashOf(keySalt, OF_WRITTEN, text);
}

export function labelsOf(cell: Cell): Set<number> {
  return new Set(wire.labels.flatMap((_, bit) => (hasBit(cell, bit) ? [bit] : [])));
}

/** `earlier`: what the parts before gave. */
export function sessionAnswers(session: SessionCell, earlier: Given[], keySalt: Uint8Array): SessionAnswers {
  if (session.state === "unreadable") {
    return { labels: null, provenanceOf: () => null, isWritten: () => null };
  }
  const cell = session.state === "known" ? session.cell : null;
  const provenance = (word: string): number => {
    hit(`provenance ${word}`);
    return position(wire.provenances, word);
  };
  return {
    labels: new Set([
      ...(cell === null ? [] : labelsOf(cell)),
      ...earlier.flatMap(({ labels }) => [...labels]),
    ]),
    provenanceOf: (text) => {
      if (cell === null || !hasBit(cell, OBSERVED)) return provenance("unobserved");
      // A filter that could not hold everything may have had anything.
      const other = hasBit(cell, SATURATED) ? "tool" : "unknown";
      const form = formOfValue(text);
      if (form === null) {
        if (other === "tool") hit("provenance tool without a form");
        return provenance(other);
      }
      const hash = hashOf(keySalt, OF_FORM, form);
      if (hasMark(cell, hash, USER)) return provenance("user");
      if (hasMark(cell, hash, TOOL)) return provenance("echoed");
      return provenance(filterHas(cell, hash) ? "tool" : other);
    },
    isWritten: (text) => {
      if (earlier.some(({ written }) => written.has(text))) {
        hit("written by an earlier part");
        return true;
      }
      if (cell === null) return false;
      if (hasBit(cell, ALL_WRITTEN)) hit("all is written");
      return hasBit(cell, ALL_WRITTEN) || hasMark(cell, writtenHash(keySalt, text), WRITTEN);
    },
  };
}

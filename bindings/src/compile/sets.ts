/** Org sets: named lists of values that an organisation vouches for. Only its own file defines and uses them. */

import type { Values } from "./facts.ts";
import type { Issues, Place } from "./issues.ts";
import { described, type Tree } from "./parse.ts";
import { Reader, sortedMembers } from "./shape.ts";

type TextValues = Extract<Values, { readonly kind: "text" }>;

interface OrgSet {
  readonly place: Place;
  readonly values: readonly { readonly text: string; readonly place: Place }[];
  /** How its values are written, known once a condition uses it. */
  use?: TextValues;
}

const NAME = { pattern: /^[a-z][a-z0-9_]{0,62}$/, wanted: "a name of a-z, 0-9 and _" };
const REASON = { bytesMax: 1024 };

export class Sets {
  readonly #issues: Issues;
  readonly #sets = new Map<string, OrgSet>();

  constructor(issues: Issues) {
    this.#issues = issues;
  }

  /** Reads `sets` of the org file. */
  define(tree: Tree | undefined): void {
    if (!tree) return;
    const reader = new Reader(this.#issues);
    const map = reader.map(tree, "sets by name");
    for (const { key, keyPlace, value } of map ? sortedMembers(map) : []) {
      if (!NAME.pattern.test(key)) {
        this.#issues.fault(keyPlace, NAME.wanted, JSON.stringify(key), "rename the set");
      }
      const shape = reader.shape(value, "a set", ["owner", "reason", "values"]);
      reader.text(shape?.get("owner"), "who answers for the set");
      reader.text(shape?.get("reason"), "why the set is trusted", REASON);
      const list = shape?.get("values");
      const values = ((list && reader.list(list, "values"))?.items ?? []).flatMap((item) => {
        if (item.kind === "text" && item.value !== "") return [{ text: item.value, place: item.place }];
        if (item.kind === "int") return [{ text: `${item.value}`, place: item.place }];
        reader.wrong(item, "text or a whole number", "put the value in quotes");
        return [];
      });
      this.#sets.set(key, { place: keyPlace, values });
    }
  }

  has(name: string): boolean {
    return this.#sets.has(name);
  }

  /** A condition asks whether values of this kind are in the set. */
  use(name: string, values: TextValues, place: Place): boolean {
    const set = this.#sets.get(name);
    if (!set) {
      const fix = "define it under `sets` of the org file; base, packs and profiles have no sets";
      this.#issues.unknownName(place, "a set of the org", name, this.#sets.keys(), fix);
      return false;
    }
    if (set.use && set.use.what !== values.what) {
      const fix = "make two sets: values are compared in one canonical form";
      this.#issues.fault(place, `a set of ${values.what}`, `${name}, a set of ${set.use.what}`, fix);
      return false;
    }
    set.use = values;
    return true;
  }

  /** Names and canonical values, by name. Call it after every condition was read. */
  members(): { readonly name: string; readonly values: readonly string[] }[] {
    return [...this.#sets].map(([name, set]) => {
      if (!set.use) {
        const fix = "use it in a condition, or remove it";
        this.#issues.warning(
          set.place,
          "unused-set",
          "a set that some entry uses",
          `${name}, which none uses`,
          fix,
        );
      }
      return { name, values: this.#canonical(set) };
    });
  }

  #canonical({ use, values }: OrgSet): string[] {
    const known = new Set<string>();
    for (const { text, place } of values) {
      const value = use ? use.canonical(text) : text;
      if (typeof value === "string") known.add(value);
      else {
        const came = described({ kind: "text", place, value: text });
        this.#issues.fault(place, value.wanted, came, value.fix);
      }
    }
    return [...known];
  }
}

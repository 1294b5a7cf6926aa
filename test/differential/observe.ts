/** What the engine sees in texts, against the second model: the same hashes in the same order. */
import { utf8 } from "../model/bytes.ts";
import { observeModel } from "../model/forms.ts";
import { crowdedText, randomText } from "./generate-texts.ts";
import type { Random } from "./random.ts";

/** The hashes that a text shows (its bytes are UTF-8), or null: more than can be listed. */
export type Observe = (text: Uint8Array, isUser: boolean) => bigint[] | null;

export interface TextDisagreement {
  readonly text: string;
  readonly isUser: boolean;
  /** What differs, in words. */
  readonly found: string;
}

/** The first of many random texts in which engine and model see something else, under a key salt that both have. */
export function compareTexts(
  observe: Observe,
  keySalt: Uint8Array,
  random: Random,
  count: number,
): TextDisagreement | null {
  for (let i = 0; i < count; i++) {
    const text = random.chance(1) ? crowdedText(random) : randomText(random);
    const isUser = random.chance(50);
    const engine = show(observe(new TextEncoder().encode(text), isUser));
    const model = show(observeModel(utf8(text), isUser, keySalt));
    if (engine !== model) return { text, isUser, found: `engine ${engine}, model ${model}` };
  }
  return null;
}

function show(hashes: bigint[] | null): string {
  return hashes === null ? "more than can be listed" : hashes.map((hash) => hash.toString(16)).join(" ");
}

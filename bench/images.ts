/** The shipped image with something taken out, to see what that costs. */

import { createHash } from "node:crypto";
import * as layout from "../bindings/src/gen/layout.ts";

/** No call is looked through for keys and numbers. */
export function withoutAutomaton(image: Uint8Array): Uint8Array {
  return changed(image, (view) => view.setUint32(directoryOf(layout.SECTION_AUTOMATON) + 4, 0, true));
}

/** Commands, statements and addresses are values like any other: one part, nothing taken apart. */
export function withoutLanguages(image: Uint8Array): Uint8Array {
  return changed(image, (view) => {
    const directory = directoryOf(layout.SECTION_MAPPINGS);
    const start = view.getUint32(directory, true);
    const count = view.getUint32(directory + 4, true);
    for (let mapping = 0; mapping < count; mapping++) {
      view.setUint32(start + mapping * layout.MAPPINGS_BYTES + layout.MAPPINGS_LANGUAGE, 0, true);
    }
  });
}

function directoryOf(section: number): number {
  return layout.HEADER_DIRECTORY + section * layout.DIRECTORY_BYTES;
}

function changed(image: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = image.slice();
  change(new DataView(copy.buffer));
  copy.set(
    createHash("sha256").update(copy.subarray(layout.HEADER_DIRECTORY)).digest(),
    layout.HEADER_DIGEST,
  );
  return copy;
}

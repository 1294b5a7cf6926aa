/** Which tallies count the part under way (docs/format/cell.md, section 3). Facts of risk are not known yet. */
import {
  ACTIONS_TALLIES,
  CELLS_TALLY_START,
  SECTION_TALLIES,
  TALLIES_BYTES,
  TALLIES_CELL,
  TALLIES_CLAUSE_COUNT,
  TALLIES_CLAUSE_START,
} from "../gen/layout";
import { part } from "../normalise/part";
import { entryAt, listCount, listItem } from "../policy/view";
import { kindAt } from "../session/keys";
import { addTally } from "../session/memory";
import { raisingMatches } from "./entry";
import { setAsksSignals } from "./predicate";

export function countPart(): void {
  const tallies = load<u32>(part().action + ACTIONS_TALLIES);
  setAsksSignals(false);
  for (let position: u32 = 0; position < listCount(tallies); position++) {
    const index = listItem(tallies, position);
    const tally = entryAt(SECTION_TALLIES, index, TALLIES_BYTES);
    if (
      !raisingMatches(load<u32>(tally + TALLIES_CLAUSE_START), load<u32>(tally + TALLIES_CLAUSE_COUNT), false)
    )
      continue;
    const kind = <i32>load<u8>(tally + TALLIES_CELL);
    addTally(kind, index - load<u32>(kindAt(kind) + CELLS_TALLY_START));
  }
  setAsksSignals(true);
}

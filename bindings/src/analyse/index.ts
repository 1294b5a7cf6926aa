/** `permit0/analyse`: what a policy says of itself, what is probably not meant, and how two of them differ. */

export { type CaseResult, runCases, runExamples, runPackExamples, type WorkedCase } from "./cases.ts";
export { type Coverage, type CoverageNotes, coverageOf, type Reach } from "./coverage.ts";
export {
  type Comparison,
  compareCalls,
  compareGiven,
  compareScores,
  type Difference,
  type Outcome,
  type Policy,
} from "./diff.ts";
export { type Drift, driftOf } from "./drift.ts";
export { type Finding, LINT_RULES, type LintRule, lint } from "./lint.ts";
export { compareMemory, type MemoryDifference } from "./memory.ts";
export { lintPack, PACK_LINT_RULES, type PackFinding, type PackLintRule } from "./pack-lint.ts";
export { type SpaceCall, spaceOf } from "./space.ts";

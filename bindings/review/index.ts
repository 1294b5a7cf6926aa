/** Review: approvals of persons, and a reviewer that may refuse and never approve. Runs in every runtime. */

export { APPROVERS_MAX } from "../src/gen/limits.ts";
export { type ApprovalState, handleOf } from "./approval.ts";
export {
  Approvals,
  type ApprovalsOptions,
  type ApprovalView,
  OPEN_MAX,
  type PersonSource,
  type Said,
  type TakenApproval,
  type WaitOptions,
} from "./approvals.ts";
export { approverCheck } from "./approvers.ts";
export { type AskOptions, askPersons, type Review, type ReviewAnswer, reviewedCall } from "./asking.ts";
export { type ReviewCode, ReviewError } from "./errors.ts";
export { type Mark, marked } from "./marked.ts";
export {
  type AiOptions,
  aiReviewer,
  type EndpointOptions,
  endpointReviewer,
  type GenerateText,
} from "./models.ts";
export {
  type KeyKeeping,
  needPassphrase,
  type Person,
  type PersonKey,
  type PersonStatus,
  type PersonToAdd,
  parsePersons,
  personOf,
  personsText,
  withoutPerson,
  withPerson,
} from "./persons.ts";
export {
  ANSWER_SCHEMA,
  PROMPT_VERSION,
  type Prompt,
  promptOf,
  type Question,
  questionOf,
  verdictOf,
} from "./prompt.ts";
export { approvalJson, approvalJsonLine, approvalLines, type PolicyWords, stateText } from "./rendering.ts";
export {
  type Consulted,
  type ConsultOptions,
  consult,
  type Reviewer,
  type ReviewFacts,
  type ReviewVerdict,
} from "./reviewer.ts";
export {
  type Act,
  isSignedBy,
  type Statement,
  signStatement,
  statementBytes,
  type Terms,
} from "./statement.ts";
export { type ApprovalStore, MemoryApprovals, type WriteApproval } from "./store.ts";

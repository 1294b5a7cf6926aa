/** What was approved, decided afresh by the engine: it has the last word. */

import { describe, expect, test } from "vitest";
import type { TakenApproval } from "../../bindings/review/approvals.ts";
import { promptOf } from "../../bindings/review/prompt.ts";
import { consult } from "../../bindings/review/reviewer.ts";
import { compilePolicy } from "../scenarios/policy-of.ts";
import { open } from "../unit/built.ts";
import { ANN, BEN, engine, type Reviewed, refund, room } from "./reviewed.ts";

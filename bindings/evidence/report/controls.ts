/**
 * Clauses that a log of decisions is itself evidence for. Each id says: a row like this is part of what an assessor of
 * the clause asks to see. It never says that the clause is met: that takes the rest of a programme, and a person.
 *
 * Rules that a policy enforces (limits, hours, who may approve) are no part of it: the packs name those.
 */

import type { RowWithoutControls } from "./row.ts";

export interface Control {
  readonly id: string;
  /** What the clause asks for that a row shows, in our words. */
  readonly asks: string;
  readonly source: string;
  /** Rows that are evidence for it. */
  readonly serves: (row: RowWithoutControls) => boolean;
}

const AI_ACT = "https://eur-lex.europa.eu/eli/reg/2024/1689/oj";
const GDPR = "https://eur-lex.europa.eu/eli/reg/2016/679/oj";
const AI_RMF = "https://doi.org/10.6028/NIST.AI.100-1";
const ISO_42001 = "https://www.iso.org/standard/81230.html";
const ISO_27001 = "https://www.iso.org/standard/27001";
const SP_800_53 = "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final";
const TSC =
  "https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022";
const PCI = "https://www.pcisecuritystandards.org/document_library/";
const HIPAA = "https://www.ecfr.gov/current/title-45/subtitle-A/subchapter-C/part-164";

type Rows = Control["serves"];

const everyEntry: Rows = () => true;
const everyDecision: Rows = ({ kind }) => kind !== "note";
const logItself: Rows = ({ kind, event }) => kind === "note" && event !== "erase";
const erasures: Rows = ({ kind, event }) => kind === "note" && event === "erase";
const stops: Rows = ({ event }) => event === "freeze" || event === "thaw";
const toPeople: Rows = (row) =>
  stops(row) || row.approver !== "" || (enforced(row) && row.verdict === "review");
const failSafe: Rows = ({ kind, by }) => kind === "call" && by === "host";
const held: Rows = (row) => enforced(row) && row.kind === "call" && row.verdict !== "allow";
const ofPayments: Rows = ({ actions }) => actions.some((action) => action.startsWith("payments."));
const ofMedicine: Rows = ({ actions }) =>
  actions.some((action) => /^(clinical|prescriptions)\./.test(action));

/** In shadow mode the call runs whatever the verdict: nothing was held back. */
const enforced: Rows = ({ mode }) => mode === "enforce";

/** In the order of a report. */
export const CONTROLS: readonly Control[] = [
  {
    id: "eu-ai-act:art-12",
    asks: "Events are recorded automatically over the life of the system.",
    source: AI_ACT,
    serves: everyEntry,
  },
  {
    id: "eu-ai-act:art-14",
    asks: "People can decide, override and stop.",
    source: AI_ACT,
    serves: toPeople,
  },
  {
    id: "eu-ai-act:art-15",
    asks: "The system fails safe when a part of it does.",
    source: AI_ACT,
    serves: failSafe,
  },
  {
    id: "eu-ai-act:art-19",
    asks: "The provider keeps the logs it controls.",
    source: AI_ACT,
    serves: everyEntry,
  },
  {
    id: "eu-ai-act:art-26",
    asks: "The deployer monitors use and keeps the logs.",
    source: AI_ACT,
    serves: everyEntry,
  },
  {
    id: "gdpr:art-5",
    asks: "Personal data goes when it is no longer needed, and the controller can show it.",
    source: GDPR,
    serves: erasures,
  },
  {
    id: "nist-ai-rmf:measure-2.8",
    asks: "Decisions can be explained and traced.",
    source: AI_RMF,
    serves: everyDecision,
  },
  {
    id: "nist-ai-rmf:manage-2.4",
    asks: "A system that strays can be disengaged.",
    source: AI_RMF,
    serves: stops,
  },
  {
    id: "nist-ai-rmf:manage-4.1",
    asks: "The system is monitored after deployment.",
    source: AI_RMF,
    serves: everyDecision,
  },
  {
    id: "iso-42001:a.6.2.8",
    asks: "Event logs of the AI system are kept while it is in use.",
    source: ISO_42001,
    serves: everyEntry,
  },
  {
    id: "iso-27001:a.5.33",
    asks: "Records are protected from loss and falsification.",
    source: ISO_27001,
    serves: logItself,
  },
  {
    id: "iso-27001:a.8.15-8.17",
    asks: "Logs are produced, protected and have a time.",
    source: ISO_27001,
    serves: everyEntry,
  },
  {
    id: "nist-800-53:ac-3",
    asks: "What is not authorised is held back.",
    source: SP_800_53,
    serves: held,
  },
  {
    id: "nist-800-53:au-3",
    asks: "A record says what, when, who and with what result.",
    source: SP_800_53,
    serves: everyDecision,
  },
  {
    id: "nist-800-53:au-9",
    asks: "Audit data is protected from change.",
    source: SP_800_53,
    serves: logItself,
  },
  {
    id: "nist-800-53:au-12",
    asks: "Audit records are generated for every event chosen.",
    source: SP_800_53,
    serves: everyDecision,
  },
  {
    id: "soc2:cc6.1",
    asks: "Logical access is restricted.",
    source: TSC,
    serves: held,
  },
  {
    id: "soc2:cc7.2",
    asks: "System activity is monitored for anomalies.",
    source: TSC,
    serves: everyDecision,
  },
  {
    id: "soc2:c1.1-1.2",
    asks: "Confidential information is disposed of.",
    source: TSC,
    serves: erasures,
  },
  {
    id: "pci-dss:10.2",
    asks: "Actions on system components are logged, with who, what, when and the result.",
    source: PCI,
    serves: ofPayments,
  },
  {
    id: "hipaa:164.312(b)",
    asks: "Activity in systems with health information is recorded.",
    source: HIPAA,
    serves: ofMedicine,
  },
];

/** Ids of the clauses that a row is evidence for, in the order of {@link CONTROLS}. */
export function controlsOf(row: RowWithoutControls): readonly string[] {
  return CONTROLS.filter(({ serves }) => serves(row)).map(({ id }) => id);
}

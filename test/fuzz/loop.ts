/** Makes inputs and tries them until enough were tried, and counts what was reached. */
import { asBroken, type Broken, type Target } from "./target.ts";

export interface Limits {
  /** Inputs to try; or, with `seconds`, time to spend. Whichever comes first. */
  readonly count: number;
  readonly seconds: number;
  /** Different failures after which the target is given up. */
  readonly failuresMax: number;
}

export interface Report {
  cases: number;
  accepted: number;
  readonly statuses: Map<string, number>;
  signatures: number;
  corpus: number;
}

/** Hears of what happens in the loop. */
export interface Watch {
  /** Before each input, so that one that never ends is known. */
  begin(input: Uint8Array): void;
  progress(report: Report): void;
  failed(input: Uint8Array, failure: Broken): void;
}

const PROGRESS_MS = 1000;

export function emptyReport(): Report {
  return { cases: 0, accepted: 0, statuses: new Map(), signatures: 0, corpus: 0 };
}

export function fuzz(target: Target, limits: Limits, watch: Watch): Report {
  const report = emptyReport();
  const kinds = new Set<string>();
  const signatures = new Set<string>();
  const started = performance.now();
  let shown = started;
  const attempt = (input: Uint8Array, isCounted: boolean): void => {
    watch.begin(input);
    try {
      const { status, cases, accepted, signature } = target.check(input);
      if (target.corpus.wants(signature, input.length)) {
        target.corpus.add(signature, target.portable?.(input.slice()) ?? input.slice(), accepted > 0);
      }
      if (!isCounted) return;
      report.cases += cases;
      report.accepted += accepted;
      report.statuses.set(status, (report.statuses.get(status) ?? 0) + cases);
      signatures.add(signature);
    } catch (error) {
      const failure = asBroken(error);
      report.cases++;
      report.statuses.set("broken", (report.statuses.get("broken") ?? 0) + 1);
      if (!kinds.has(failure.kind)) watch.failed(input.slice(), failure);
      kinds.add(failure.kind);
    }
  };
  const measure = (): Report => {
    report.signatures = signatures.size;
    report.corpus = target.corpus.size;
    return report;
  };
  for (const input of target.seeds?.() ?? []) attempt(input, false);
  while (report.cases < limits.count && kinds.size < limits.failuresMax) {
    attempt(target.next(), true);
    const now = performance.now();
    if (now - started > limits.seconds * 1000) break;
    if (now - shown < PROGRESS_MS) continue;
    shown = now;
    watch.progress(measure());
  }
  return measure();
}

/**
 * How time is taken: every subject is warmed up, then all subjects take turns in batches over the same inputs, so that
 * whatever disturbs the machine disturbs all of them; each call of a batch is timed by itself; a figure is the median of
 * the figures of the batches. The cost of reading the clock is measured and taken off.
 */

/** One thing to time: a call of `run` answers input number `index`. */
export interface Subject {
  readonly name: string;
  /** May return a promise; it is then awaited inside the timed section. */
  readonly run: (index: number) => unknown;
  /**
   * Calls between two readings of the clock, default 1. More for what is faster than the clock; percentiles are then
   * those of the means of such groups.
   */
  readonly group?: number;
}

/** The group of subjects that take well under a microsecond. */
export const FLOOR_GROUP = 20;

export interface Timing {
  readonly p50_ns: number;
  readonly p99_ns: number;
  /** Calls a second, from the whole time of a batch. */
  readonly per_second: number;
}

interface Batch extends Timing {
  readonly least_ns: number;
}

/** What {@link timeSideBySide} found of one subject. */
export interface Timed extends Timing {
  /** The fastest call: what a call takes that nothing interrupts. */
  readonly least_ns: number;
  /** The p50 of each batch in nanoseconds, in their order. */
  readonly batchP50s: readonly number[];
}

export interface Schedule {
  /** Inputs there are; batch after batch walks through them. */
  readonly inputs: number;
  /** Calls of one batch. */
  readonly batchCalls: number;
  readonly batches: number;
  /** Batches before anything is counted. */
  readonly warmUpBatches: number;
}

/** Times subjects side by side. Results come in the order of the subjects. */
export async function timeSideBySide(subjects: readonly Subject[], schedule: Schedule): Promise<Timed[]> {
  const { inputs, batchCalls, batches, warmUpBatches } = schedule;
  const found: Batch[][] = subjects.map(() => []);
  const clockNs = clockCostNs();
  for (let batch = -warmUpBatches; batch < batches; batch++) {
    const first = (batch + warmUpBatches) * batchCalls;
    for (const [at, subject] of subjects.entries()) {
      const timing = await timeBatch(subject, first, batchCalls, inputs, clockNs);
      if (batch >= 0) found[at]?.push(timing);
    }
  }
  return found.map(medianTiming);
}

/**
 * How many times as long one subject takes as another: the median over the batches, each compared with the batch of the
 * other that stood beside it. A machine that changes its speed in the middle changes both.
 */
export function timesAsLong(one: Timed, other: Timed): number {
  const ratios = one.batchP50s.map((p50, batch) => p50 / (other.batchP50s[batch] ?? Number.NaN));
  return Number(median(ratios).toPrecision(3));
}

async function timeBatch(
  { run, group = 1 }: Subject,
  first: number,
  calls: number,
  inputs: number,
  clockNs: number,
): Promise<Batch> {
  const callNs = new Float64Array(Math.floor(calls / group));
  let totalNs = 0;
  let index = first % inputs;
  for (let at = 0; at < callNs.length; at++) {
    const start = performance.now();
    for (let call = 0; call < group; call++) {
      const answer = run(index);
      if (answer instanceof Promise) await answer;
      index = index + 1 === inputs ? 0 : index + 1;
    }
    const tookNs = Math.max(1, (performance.now() - start) * 1e6 - clockNs) / group;
    callNs[at] = tookNs;
    totalNs += tookNs;
  }
  callNs.sort();
  return {
    least_ns: Math.round(callNs[0] ?? 0),
    p50_ns: percentile(callNs, 50),
    p99_ns: percentile(callNs, 99),
    per_second: (1e9 * callNs.length) / totalNs,
  };
}

/** What two readings of the clock cost when nothing stands between them. */
function clockCostNs(): number {
  const rounds = 20_000;
  const timesMs = new Float64Array(rounds);
  for (let pass = 0; pass < 2; pass++) {
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      timesMs[round] = performance.now() - start;
    }
  }
  timesMs.sort();
  return percentile(timesMs, 50) * 1e6;
}

function medianTiming(timings: readonly Batch[]): Timed {
  const middle = (of: (timing: Timing) => number): number => Math.round(median(timings.map(of)));
  return {
    p50_ns: middle(({ p50_ns }) => p50_ns),
    p99_ns: middle(({ p99_ns }) => p99_ns),
    per_second: middle(({ per_second }) => per_second),
    least_ns: Math.min(...timings.map(({ least_ns }) => least_ns)),
    batchP50s: timings.map(({ p50_ns }) => p50_ns),
  };
}

/** The value that `percent` of the sorted values do not exceed. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  if (sorted.length === 0) throw new RangeError("wanted at least one value, came none");
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] as number;
}

export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    50,
  );
}

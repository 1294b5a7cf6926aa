/** What is wrong with a policy, and where. The compiler collects everything it finds before it gives up. */

import { nearest } from "../errors.ts";

/** A place in a source file. Line and column begin at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong, or in a warning one thing that is probably not meant. */
export interface Issue extends Place {
  /** What would have been right. */
  readonly wanted: string;
  /** What stands there. */
  readonly came: string;
  /** The known name that was probably meant. */
  readonly nearest?: string;
  /** What to do about it. */
  readonly fix: string;
  /** Of a warning: which kind it is. */
  readonly kind?: WarningKind;
}

/** Kinds of warnings, as `permit0 lint` names them. */
export type WarningKind = "shadowed" | "no-effect" | "unused-set" | "unused-memory" | "idle-action";

/** `policies/base.yaml:12:5 wanted a flag; came "OUTBOND"; nearest "OUTBOUND"; correct the name`. */
export function issueText({ file, line, column, wanted, came, nearest: name, fix }: Issue): string {
  const guess = name === undefined ? "" : `; nearest ${JSON.stringify(name)}`;
  return `${file}:${line}:${column} wanted ${wanted}; came ${came}${guess}; ${fix}`;
}

/**
 * The sources do not make a policy. `issues` has every fault, ordered by file, line and column.
 *
 * @example
 * try {
 *   compile(sources);
 * } catch (error) {
 *   if (error instanceof CompileError) for (const issue of error.issues) console.error(issueText(issue));
 * }
 */
export class CompileError extends Error {
  override readonly name = "CompileError";
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(issues.map(issueText).join("\n"));
    this.issues = issues;
  }
}

/** Compares by UTF-16 code units, the same on every host and under every locale. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** By place, and by what is said where several things are wrong with one place. */
function compareIssues(one: Issue, other: Issue): number {
  return (
    compareText(one.file, other.file) ||
    one.line - other.line ||
    one.column - other.column ||
    compareText(issueText(one), issueText(other))
  );
}

/** Collects faults and warnings while the sources are read. */
export class Issues {
  readonly #faults: Issue[] = [];
  readonly #warnings: Issue[] = [];

  get count(): number {
    return this.#faults.length;
  }

  fault({ file, line, column }: Place, wanted: string, came: string, fix: string): void {
    this.#faults.push({ file, line, column, wanted, came, fix });
  }

  /** A name that is not one of `known`. */
  unknownName(place: Place, wanted: string, name: string, known: Iterable<string>, fix?: string): void {
    const { file, line, column } = place;
    const guess = nearest(name, known);
    this.#faults.push({
      file,
      line,
      column,
      wanted,
      came: JSON.stringify(name),
      ...(guess === undefined ? {} : { nearest: guess }),
      fix: fix ?? (guess === undefined ? "use a known name" : "correct the name"),
    });
  }

  warning({ file, line, column }: Place, kind: WarningKind, wanted: string, came: string, fix: string): void {
    this.#warnings.push({ file, line, column, wanted, came, fix, kind });
  }

  /** Ordered by place, so that the order in which sources were given does not show. */
  warnings(): Issue[] {
    return [...this.#warnings].sort(compareIssues);
  }

  throwIfAny(): void {
    if (this.#faults.length === 0) return;
    // What an alias repeats is wrong in one place only.
    const byText = new Map(this.#faults.map((issue) => [issueText(issue), issue]));
    throw new CompileError([...byText.values()].sort(compareIssues));
  }
}

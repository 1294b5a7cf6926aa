/**
 * Our parser of the shell beside the shells themselves: what `bash -n` (or dash, zsh) rejects, ours must not take for understood.
 * `npx tsx test/differential/shells.ts 100000` compares that many scripts with each shell that is installed; nothing of them is run.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../tools/files.ts";
import { openShell } from "../unit/shell-harness.ts";
import { Random } from "./random.ts";
import { script } from "./scripts.ts";

export const SHELLS = ["bash", "dash", "zsh"] as const;
export type Shell = (typeof SHELLS)[number];

export interface Compared {
  readonly scripts: number;
  /** Not taken apart by ours, by its first reason (FAULT_* of assembly/normalise/lang/shell-frames.ts). */
  readonly opaque: ReadonlyMap<number, number>;
  /** Of some of those, how many the shell was asked about and how many it accepts. */
  readonly asked: number;
  readonly accepted: number;
  /** Rejected by the shell and taken apart by ours: what must not be. */
  readonly unsound: readonly string[];
  /** The same, of a kind that is known and in which the shell refuses more than it would have to. */
  readonly known: number;
}

/**
 * One bash reads scripts that end in a NUL and asks the shell about each. -n reads and runs nothing, and no program could be found.
 * zsh expands words under -n and ends as `!` would: what counts is whether it speaks of parsing. Programs of attacks are not for it.
 */
const DRIVER = `while IFS= read -r -d '' text; do
  said=$(PATH=/nowhere "$2" -n -c "$text" 2>&1 </dev/null) && status=0 || status=1
  if [ "$1" = zsh ]; then case $said in *"parse error"* | *"unmatched"*) status=1 ;; *) status=0 ;; esac; fi
  printf %s "$status"
done <"$3" 2>/dev/null`;

/** A process costs more than a script, so scripts that ought to be fine are asked about in blocks, and alone where a block is not. */
const BLOCK = 25;

/** How many of the opaque ones are asked about. */
const ASKED = 60;

/**
 * What a shell refuses and ours reads, in ways that hide nothing: the words that are in its way name no command that is known, and a
 * text that is refused is not run. bash: `]]` and `in` as a command, `name[` as a command, the grammar of `[[`. dash: names of functions, numbers above 9 before `>`, `&>` for `& >`,
 * operators of `${}` that it does not have, `time` before a compound. zsh: braces and reserved words anywhere, `${!x}`, `[[`.
 */
const KNOWN: Readonly<Record<Shell, RegExp>> = {
  bash: /\]\]|\bin\b|\[\[|\w\[/,
  dash: /-h\(\)|&>|\$\{\w*[\^,@/:[]|\btime\b|\bin\b|10>|\[\[/,
  zsh: /[{}]|\[\[|\]\]|\b(?:do|done|then|else|fi|esac|case|for|if|in|while|time)\b|!|&/,
};

function pathOf(shell: Shell): string {
  return spawnSync("sh", ["-c", `command -v ${shell}`], { encoding: "utf8" }).stdout?.trim() ?? "";
}

export function installed(shell: Shell): boolean {
  return pathOf(shell) !== "" && pathOf("bash") !== "";
}

/** What is compared with the shell. */
export function scriptsFor(shell: Shell, count: number, seed: number): string[] {
  return [...(shell === "zsh" ? [] : corpus()), ...generated(count, seed)];
}

/** What the shell says about each script. A line end before it, or it could be taken for an option. */
function asked(shell: Shell, scripts: readonly string[]): boolean[] {
  if (scripts.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "shells-"));
  try {
    const file = join(folder, "scripts");
    writeFileSync(file, scripts.map((text) => `\n${text}\0`).join(""));
    const said = execFileSync("bash", ["--norc", "-c", DRIVER, "driver", shell, pathOf(shell), file], {
      encoding: "latin1",
      maxBuffer: 2 ** 28,
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
      env: { PATH: process.env.PATH, LANG: "C.UTF-8" },
    });
    if (said.length !== scripts.length)
      throw new Error(`${shell} answered ${said.length} of ${scripts.length}`);
    return [...said].map((digit) => digit === "0");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Those that the shell rejects. */
function rejected(shell: Shell, scripts: readonly string[]): string[] {
  const blocks: string[][] = [];
  for (let at = 0; at < scripts.length; at += BLOCK) blocks.push(scripts.slice(at, at + BLOCK));
  const whole = asked(
    shell,
    blocks.map((block) => block.map((text) => `{ :\n${text}\n}\n`).join("")),
  );
  const alone = blocks.filter((_, at) => !whole[at]).flat();
  const said = asked(shell, alone);
  return alone.filter((_, at) => !said[at]);
}

/** The commands of the conformance corpus that a process can be given (no NUL, not too long). */
function corpus(): string[] {
  const folder = join(ROOT, "test/vectors/conformance");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { args: { command?: unknown } }).args.command)
    .filter(
      (text): text is string => typeof text === "string" && !text.includes("\0") && text.length < 100_000,
    );
}

function generated(count: number, seed: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => script(random));
}

export async function compare(shell: Shell, scripts: readonly string[]): Promise<Compared> {
  const take = await openShell();
  const opaque = new Map<number, number>();
  const clear: string[] = [];
  const unclear: string[] = [];
  for (const text of scripts) {
    const ours = take(text, shell);
    if (ours.opaque) opaque.set(ours.reason, (opaque.get(ours.reason) ?? 0) + 1);
    (ours.opaque ? unclear : clear).push(text);
  }
  const step = Math.max(1, Math.floor(unclear.length / ASKED));
  const some = unclear.filter((_, at) => at % step === 0);
  const bad = rejected(shell, clear);
  const unsound = bad.filter((text) => !KNOWN[shell].test(text));
  return {
    scripts: scripts.length,
    opaque,
    asked: some.length,
    accepted: asked(shell, some).filter(Boolean).length,
    unsound,
    known: bad.length - unsound.length,
  };
}

export function told(shell: Shell, { scripts, opaque, asked, accepted, unsound, known }: Compared): string {
  const all = [...opaque.values()].reduce((sum, count) => sum + count, 0);
  const fine = Math.round((all * accepted) / Math.max(asked, 1));
  const share = ((100 * fine) / Math.max(scripts - all + fine, 1)).toFixed(1);
  return [
    `${shell}: ${scripts} scripts, ${scripts - all} taken apart, of which it rejects ${unsound.length} and ${known} of a known kind;`,
    `${all} opaque, of which it accepts about ${fine}: ${share} % of what it accepts`,
  ].join(" ");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const count = Number(process.argv[2] ?? 1000);
  const seed = Number(process.argv[3] ?? 1);
  for (const shell of SHELLS) {
    if (!installed(shell)) console.log(`${shell} is not installed: left out`);
    else {
      const compared = await compare(shell, scriptsFor(shell, count, seed));
      console.log(told(shell, compared));
      console.log(
        "  reasons:",
        [...compared.opaque]
          .sort((a, b) => b[1] - a[1])
          .map(([why, times]) => `${why}: ${times}`)
          .join(", "),
      );
      for (const text of [...compared.unsound].sort((a, b) => a.length - b.length).slice(0, 20))
        console.log("  ", JSON.stringify(text));
    }
  }
}

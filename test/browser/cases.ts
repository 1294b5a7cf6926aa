/** What the page must say, case by case. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { hazardSteps, scoreOf } from "../../bindings/src/hazard.ts";
import type { Decision } from "../../bindings/src/types.ts";
import type { Context, Page } from "./chromium.ts";
import { flipBit, patchMember, placeOf, type SampleLog, witness, writeBundle } from "./sample-log.ts";

export interface Surroundings {
  readonly context: Context;
  readonly page: Page;
  readonly log: SampleLog;
  /** The folder of the log once more, to be changed. */
  readonly copy: () => string;
  /** Of the whole page, or of what is in the window once an element is at its top. */
  readonly picture: (title: string, selector?: string) => Promise<unknown>;
}

export interface Case {
  readonly name: string;
  readonly run: (given: Surroundings) => Promise<void>;
}

const WAIT_MS = 30_000;

/** Waits until an expression holds. By hand: the page's policy lets nobody evaluate texts in it. */
async function until(page: Page, expression: string): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!(await page.evaluate<boolean>(expression))) {
    if (performance.now() > end) throw new Error(`waited in vain for ${expression}`);
    await new Promise((wait) => setTimeout(wait, 20));
  }
}

const done = (page: Page): Promise<void> =>
  until(page, '["done", "stopped"].includes(document.body.dataset.state)');

/** Gives a log and waits for the answer. */
async function give(page: Page, folder: string, ...singles: readonly string[]): Promise<void> {
  for (const file of singles) {
    await page.setInputFiles("#choose-trust", file);
    await until(
      page,
      `document.querySelector("#given-trust").textContent === ${JSON.stringify(basename(file))}`,
    );
  }
  await page.evaluate('document.body.dataset.state = ""');
  await page.setInputFiles("#choose-log", folder);
  await done(page);
}

/** Gives a bundle, and the trust file beside it, and waits for the answer. */
async function giveBundle(page: Page, bundle: string, trust: string): Promise<void> {
  await page.setInputFiles("#choose-trust", trust);
  await until(
    page,
    `document.querySelector("#given-trust").textContent === ${JSON.stringify(basename(trust))}`,
  );
  await page.evaluate('document.body.dataset.state = ""');
  await page.setInputFiles("#choose-bundle", bundle);
  await done(page);
}

const text = (page: Page, selector: string): Promise<string> =>
  page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? "(none)"`);

const count = (page: Page, selector: string): Promise<number> =>
  page.evaluate<number>(`document.querySelectorAll(${JSON.stringify(selector)}).length`);

/** Waits until the table says how many entries it shows. */
async function shows(page: Page, total: string): Promise<void> {
  await until(
    page,
    `document.querySelector(".where")?.textContent.endsWith(${JSON.stringify(`of ${total}`)})`,
  );
}

/** Opens an entry of `main` from the table. */
async function open(page: Page, seq: number): Promise<string> {
  await page.click(`tr[data-entry="main ${seq}"] button`);
  await until(page, `document.querySelector("#detail")?.dataset.entry === "main ${seq}"`);
  return text(page, "#detail");
}

const spaced = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, " ");

function decisionAt({ decisions }: SampleLog, seq: number): Decision {
  const decision = decisions.get(seq);
  if (decision === undefined) throw new Error(`the sample log has no decision ${seq}`);
  return decision;
}

function firstWith({ decisions }: SampleLog, holds: (decision: Decision) => boolean): number {
  for (const [seq, decision] of decisions) if (holds(decision)) return seq;
  throw new Error("the sample log has no such decision");
}

export const CASES: readonly Case[] = [
  {
    name: "waits for a log",
    async run({ page, picture }) {
      match(await text(page, "#say"), /Give the folder/);
      strictEqual(await page.evaluate("document.querySelector('#answer').hidden"), true);
      await picture("start");
    },
  },
  {
    name: "without trust: consistent, unanchored",
    async run({ page, log, picture }) {
      await give(page, log.folder);
      strictEqual(await text(page, "#word"), "Consistent, unanchored");
      match(await text(page, ".answer .sentence"), /without a trust file/);
      match(await text(page, "#tile-structure"), /holds/);
      match(await text(page, "#tile-arithmetic"), /holds/);
      match(await text(page, "#answer"), /shadow mode 3: these calls ran whatever the verdict/);
      await picture("unanchored");
    },
  },
  {
    name: "with trust: self-signed, and nothing decided again without keys",
    async run({ page, log, picture }) {
      await give(page, log.folder, log.trust);
      strictEqual(await text(page, "#word"), "Self-signed");
      match(await text(page, "#tile-replay"), /not done/);
      match(await text(page, "#tile-replay"), /126 whose request is withheld/);
      match(await text(page, "#tile-replay"), /2 whose request was erased/);
      match(await text(page, "#shards"), /your key/);
      await picture("self-signed");
    },
  },
  {
    name: "with keys: the engine of the page decides again",
    async run({ page, log, picture }) {
      await page.setInputFiles("#choose-more", keyFiles(log));
      await give(page, log.folder, log.trust);
      const replay = await text(page, "#tile-replay");
      match(replay, /holds/);
      match(replay, /whose request is redacted/);
      ok(Number((/(\d+)\s+requests checked/.exec(replay) ?? [])[1]) > 100, replay);
      match(await open(page, 1), /tool: "bash"/);
      await picture("opened", "#detail");
    },
  },
  {
    name: "witnessed",
    async run({ page, log, copy }) {
      const folder = copy();
      await witness(folder);
      await give(page, folder, log.trustWithWitness);
      strictEqual(await text(page, "#word"), "Witnessed");
      match(await text(page, "#shards"), /your witness/);
    },
  },
  {
    name: "a witness that the trust file asks for and nobody has",
    async run({ page, log }) {
      await give(page, log.folder, log.trustWithWitness);
      strictEqual(await text(page, "#word"), "Failed");
      match(await text(page, "#findings"), /witness_missing/);
    },
  },
  {
    name: "the table: counts, filter, sort, pages, keyboard",
    async run({ page, log }) {
      await give(page, log.folder, log.trust);
      const all = log.decisions.size + 7;
      await shows(page, String(all));
      const denied = [...log.decisions.values()].filter(({ verdict }) => verdict === "deny").length;
      await page.selectOption("#filter-show", { label: "deny" });
      await page.selectOption("#filter-shard", { label: "main" });
      await shows(page, String(denied));
      strictEqual(await count(page, "tbody .mark.deny"), denied);
      await page.selectOption("#filter-show", { label: "all entries" });
      await page.fill("#filter-text", "freeze");
      await shows(page, "1");
      await page.fill("#filter-text", "");
      await shows(page, String(log.decisions.size + 3));
      await page.click("th:nth-child(4) button");
      await until(page, 'document.querySelector("[aria-sort=descending]") !== null');
      const scores = await page.evaluate<string[]>(
        '[...document.querySelectorAll(".entries tbody tr td:nth-child(4)")].map((cell) => cell.textContent)',
      );
      deepStrictEqual(
        scores,
        [...scores].sort((one, other) => Number(other) - Number(one)),
      );
      await page.click("th:nth-child(1) button");
      await until(page, 'document.querySelector("tr[data-entry=\\"main 0\\"]") !== null');
      await page.focus('tr[data-entry="main 0"] button');
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await until(page, 'document.querySelector("#detail")?.dataset.entry === "main 1"');
      await page.keyboard.press("PageDown");
      await until(page, 'document.querySelector("tr[data-entry=\\"main 50\\"]") !== null');
    },
  },
  {
    name: "an entry: each number of its decision, and its path to the checkpoint",
    async run({ page, log, picture }) {
      await give(page, log.folder, log.trust);
      for (const verdict of ["allow", "review", "deny"] as const) {
        const seq = firstWith(log, (decision) => decision.verdict === verdict && decision.parts.length > 0);
        const decision = decisionAt(log, seq);
        const shown = await open(page, seq);
        for (const part of decision.parts) {
          const { start, after } = hazardSteps(part);
          for (const number of [start, ...after]) ok(shown.includes(spaced(number)), `${seq}: H ${number}`);
          for (const { flag } of part.flags) ok(shown.includes(flag), `${seq}: ${flag}`);
        }
        ok(shown.includes(`= ${spaced(scoreOf(decision.hazard))}, or`), `${seq}: score`);
        for (const { code, sentence } of decision.reasons) {
          ok(shown.includes(code), `${seq}: ${code}`);
          ok(shown.includes(sentence), `${seq}: ${sentence}`);
        }
        for (const digest of Object.values(decision.digests)) ok(shown.includes(digest), `${seq}: ${digest}`);
        ok(!shown.includes("✗"), `${seq}: ${shown}`);
        await page.setViewportSize({ width: 1280, height: 3400 });
        match(shown, /hashes lead from entry \d+ to the root that was signed/);
        await picture(`entry-${verdict}`, "#entries");
      }
    },
  },
  {
    name: "a bit flipped in an entry: failed, with its place",
    async run({ page, log, copy, picture }) {
      const folder = copy();
      const file = join(folder, "main/0000000000000000.seg");
      const at = placeOf(file, "payments.refund");
      flipBit(file, at);
      await give(page, folder, log.trust);
      strictEqual(await text(page, "#word"), "Failed");
      const findings = await text(page, "#findings");
      match(findings, /main\/0000000000000000\.seg/);
      match(findings, /frame_checksum/);
      // The frame that the byte is in begins before it, and the finding names its beginning.
      const place = await page.evaluate<string>(
        'document.querySelector(".findings tbody td:nth-child(3)").innerText',
      );
      const frame = Number(place.replace(/\D/g, ""));
      ok(frame > 0 && frame <= at && at - frame < 8192, `byte ${frame} for ${at}`);
      match(await text(page, "#tile-structure"), /failed/);
      match(await text(page, "#tile-structure"), /Reading stopped/);
      await picture("failed");
    },
  },
  {
    name: "a bit flipped in each other file",
    async run({ page, log, copy }) {
      const folder = copy();
      for (const [file, code] of [
        ["main/checkpoints", /root_other|note_signature|checkpoint/],
        ["batch/0000000000000000.seg", /frame_/],
        [`images/${decisionAt(log, 1).digests.image}.image`, /artifact_changed/],
        [`engines/${decisionAt(log, 1).digests.engine}.wasm`, /artifact_changed/],
      ] as const) {
        const path = join(folder, file);
        const at = Math.floor(statSync(path).size / 2);
        flipBit(path, at);
        await give(page, folder, log.trust);
        strictEqual(await text(page, "#word"), "Failed", file);
        match(await text(page, "#findings"), code, file);
        ok((await text(page, "#findings")).includes(file), file);
        flipBit(path, at);
      }
      await give(page, folder, log.trust);
      strictEqual(await text(page, "#word"), "Self-signed");
    },
  },
  {
    name: "texts from the log do not run, and are spelt out",
    async run({ page, log, picture }) {
      await page.setInputFiles("#choose-more", keyFiles(log));
      await give(page, log.folder, log.trust);
      await page.fill("#filter-text", "freeze");
      await shows(page, "1");
      const shown = await open(page, 8);
      ok(shown.includes("<img src=x onerror=globalThis.ran=1>"), shown);
      ok(shown.includes("ann\\u202ecod.exe"), shown);
      await page.fill("#filter-text", "");
      await shows(page, String(log.decisions.size + 7));
      const opened = await open(page, 6);
      ok(opened.includes("<script>globalThis.ran=1</script>"), opened);
      await picture("hostile", "#entries");
      strictEqual(await page.evaluate("typeof globalThis.ran"), "undefined");
      strictEqual(await count(page, "img, main script"), 0);
      ok(
        !/[\u202a-\u202e\u2066-\u2069\u200b]/.test(await page.evaluate<string>("document.body.textContent")),
      );
    },
  },
  {
    name: "a proof that carries its entry",
    async run({ page, log }) {
      await page.setInputFiles("#choose-trust", log.trust);
      await page.setInputFiles("#choose-more", log.proof);
      await done(page);
      match(await text(page, "#proofs"), /proved/);
      match(await text(page, "#proofs"), /Entry 3 is in permit0\.local\/page\/main/);
    },
  },
  {
    name: "a bundle of the whole log, opened",
    async run({ page, log }) {
      await giveBundle(page, await writeBundle(log, "whole", { open: true }), log.trust);
      strictEqual(await text(page, "#word"), "Self-signed");
      const replay = await text(page, "#tile-replay");
      match(replay, /holds/);
      ok(Number((/(\d+)\s+requests checked/.exec(replay) ?? [])[1]) > 100, replay);
      match(replay, /2 whose request was erased/);
      match(await text(page, "#bundle"), /everything of the range/);
      await shows(page, String(log.decisions.size + 7));
      const shown = await open(page, 1);
      match(shown, /tool: "bash"/);
      match(shown, /hashes lead from entry 1 to the root that was signed/);
    },
  },
  {
    name: "a bundle of some entries: what is left out, and a field that is shown",
    async run({ page, log, picture }) {
      const { verdict } = decisionAt(log, 7);
      const choice = { from: 1, to: 100, filter: { verdict, shard: "main" } } as const;
      const disclose = [{ shard: "main", seq: 7, path: "command" }];
      await giveBundle(page, await writeBundle(log, "some", { ...choice, disclose }), log.trust);
      strictEqual(await text(page, "#word"), "Self-signed");
      const chosen = [...log.decisions].filter(([seq, found]) => seq < 100 && found.verdict === verdict);
      await shows(page, String(chosen.length));
      const left = 99 - chosen.length;
      match(await text(page, "#answer"), new RegExp(`${left} of 99 entries of the range are left out`));
      for (const remark of [/entries_left_out/, /shard_left_out/])
        match(await text(page, "#findings"), remark);
      const shown = await text(page, "#bundle");
      ok(shown.includes(`verdict ${verdict}; shard main`), shown);
      match(shown, /command\s+"git status"/);
      match(await text(page, "#tile-replay"), /whose request is withheld/);
      const entry = await open(page, 7);
      match(entry, /"git status"/);
      ok(!/hunter2|✗/.test(entry), entry);
      match(entry, /hashes lead from entry 7 to the root that was signed/);
      await page.setViewportSize({ width: 1280, height: 2400 });
      await picture("bundle");
    },
  },
  {
    name: "a bundle with a bit changed: in an entry, and in its ZIP",
    async run({ page, log }) {
      const file = await writeBundle(log, "changed");
      patchMember(file, "shards/main/entries", "payments.refund", "payments.refunt");
      await giveBundle(page, file, log.trust);
      strictEqual(await text(page, "#word"), "Failed");
      match(await text(page, "#findings"), /shards\/main\/entries, byte 0[\s\S]*frame_checksum/);
      const flipped = await writeBundle(log, "flipped");
      flipBit(flipped, placeOf(flipped, "payments.refund"));
      await giveBundle(page, flipped, log.trust);
      match(await text(page, "#say"), /Nothing could be verified: .*shards\/main\/entries.* checksum/);
      strictEqual(await page.evaluate("document.querySelector('#answer').hidden"), true);
    },
  },
  {
    name: "a bundle with a patched summary",
    async run({ page, log }) {
      const file = await writeBundle(log, "patched");
      patchMember(file, "summary.html", "</body>", "<p>All is well.</p></body>");
      await giveBundle(page, file, log.trust);
      strictEqual(await text(page, "#word"), "Failed");
      const findings = await text(page, "#findings");
      match(findings, /summary\.html/);
      match(findings, /report_changed/);
    },
  },
  {
    name: "dropped folder and trust file",
    async run({ context, page, log }) {
      const session = await context.newCDPSession(page);
      const drop = async (files: readonly string[]): Promise<void> => {
        const data = { items: [], files, dragOperationsMask: 1 };
        for (const type of ["dragEnter", "dragOver", "drop"])
          await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
      };
      await drop([log.folder, log.trust]);
      await done(page);
      strictEqual(await text(page, "#word"), "Self-signed");
    },
  },
  {
    name: "what is no log",
    async run({ page, log }) {
      await page.setInputFiles("#choose-log", log.keys);
      await until(page, 'document.querySelector("#given-more").textContent.includes("keys of subjects")');
      await page.setInputFiles("#choose-trust", join(log.folder, "main/checkpoints"));
      await until(page, 'document.querySelector("#say").textContent.includes("came another file")');
    },
  },
  {
    name: "dark, and a narrow window",
    async run({ page, log, picture }) {
      await give(page, log.folder, log.trust);
      await shows(page, String(log.decisions.size + 7));
      await page.emulateMedia({ colorScheme: "dark" });
      await open(page, 3);
      await picture("dark", "#answer");
      await page.setViewportSize({ width: 800, height: 900 });
      await picture("narrow-dark", "#entries");
      await page.emulateMedia({ colorScheme: "light" });
      await picture("narrow", "#answer");
      const [below, left] = await page.evaluate<[number, number]>(
        '(([table, entry]) => [entry.top - table.bottom, entry.left])([".table", "#detail"].map((one) => document.querySelector(one).getBoundingClientRect()))',
      );
      ok(below >= 0 && left < 100, "the entry is below the table where there is no room beside it");
      const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
      ok(overflow <= 0, `the page is ${overflow} pixels wider than its window`);
    },
  },
];

function keyFiles({ keys }: SampleLog): string[] {
  return readdirSync(keys).map((name) => join(keys, name));
}

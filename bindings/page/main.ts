/** The page: takes files, has its worker verify them, and shows what came of it. */

import { EMBEDDED_DIGESTS } from "../src/embedded.ts";
import { grouped } from "../src/explain.ts";
import { byId, fill, h } from "./dom.ts";
import { filesOfChooser, filesOfDrop, type GivenFile, NOTHING_GIVEN, sorted } from "./given.ts";
import type { EntryDetail, FromWorker, Given, PageReport, Query, RowsAnswer, ToWorker } from "./messages.ts";
import { answerView, proofsView, shardsView } from "./view-answer.ts";
import { entryView } from "./view-entry.ts";
import { EntryTable } from "./view-table.ts";
import { bytesText, counted } from "./words.ts";

/** Text of the worker, put here by the build. */
declare const WORKER_SOURCE: string;

/** Where the browser wants scripts to be vouched for, this is the only one that ever is. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

const workerUrl = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("permit0-worker", {
  createScriptURL: (url) => {
    if (url !== workerUrl) throw new Error("not the worker of this page");
    return url;
  },
});

let given: Given = NOTHING_GIVEN;
let verifier: Verifier | undefined;

/** A worker and the questions that it has not answered yet. */
class Verifier {
  readonly #worker = new Worker(policy?.createScriptURL(workerUrl) ?? workerUrl);
  readonly #waiting = new Map<number, { done: (value: never) => void; failed: (error: Error) => void }>();
  #asked = 0;

  constructor(files: Given) {
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    this.#worker.onerror = (event) => stopped(event.message);
    this.#send({ kind: "verify", given: files });
  }

  rows(query: Query): Promise<RowsAnswer> {
    return this.#ask((id) => ({ kind: "rows", id, query }));
  }

  entry(shard: string, seq: number): Promise<EntryDetail> {
    return this.#ask((id) => ({ kind: "entry", id, shard, seq }));
  }

  end(): void {
    this.#worker.terminate();
  }

  #ask<T>(question: (id: number) => ToWorker): Promise<T> {
    const id = ++this.#asked;
    return new Promise<T>((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#send(question(id));
    });
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromWorker): void {
    if (message.kind === "progress") progress(message);
    else if (message.kind === "report") show(message.report, this);
    else if (message.kind === "stopped") stopped(message.message);
    else {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.kind === "answer") waiting?.done(message.value as never);
      else waiting?.failed(new Error(message.message));
    }
  }
}

const PARTS = ["answer", "proofs", "shards", "entries"] as const;

function clear(): void {
  for (const part of PARTS) {
    fill(byId(part));
    byId(part).hidden = true;
  }
  byId("progress").hidden = true;
}

function say(text: string, isBad = false): void {
  const line = byId("say");
  line.className = isBad ? "bad" : "";
  fill(line, text);
}

function stopped(message: string): void {
  clear();
  say(`Nothing could be verified: ${message}`, true);
  document.body.dataset.state = "stopped";
}

function progress({
  progress: { shard, entries },
  bytes,
  bytesAll,
}: Extract<FromWorker, { kind: "progress" }>): void {
  const bar = byId<HTMLProgressElement>("bar");
  bar.max = Math.max(1, bytesAll);
  bar.value = bytes;
  fill(
    byId("progress-text"),
    `${bytesText(bytes)} of ${bytesText(bytesAll)}; ${counted(entries, "entry", "entries")} of ${shard} verified`,
  );
}

function show(report: PageReport, by: Verifier): void {
  clear();
  const put = (part: (typeof PARTS)[number], nodes: readonly Node[]): void => {
    fill(byId(part), ...nodes);
    byId(part).hidden = nodes.length === 0;
  };
  put("proofs", proofsView(report.proofs));
  if (report.report !== undefined) {
    const detail = h("article", { id: "detail", tabindex: "-1", "aria-label": "the chosen entry" });
    fill(detail, h("p", { class: "soft" }, "Choose an entry to see what its verdict follows from."));
    const open = (shard: string, seq: number): void => void openEntry(by, table, detail, shard, seq);
    const table = new EntryTable(report, { ask: (query) => by.rows(query), open });
    put("answer", answerView(report, report.report, open));
    put("shards", shardsView(report, report.report));
    if (report.rows > 0) put("entries", [table.element, detail]);
    void table.show();
  }
  say(`Verified in ${grouped(Math.round(report.ms))} ms.`);
  document.body.dataset.state = "done";
}

async function openEntry(
  by: Verifier,
  table: EntryTable,
  detail: HTMLElement,
  shard: string,
  seq: number,
): Promise<void> {
  table.select(shard, seq);
  const asked = `${shard} ${seq}`;
  detail.dataset.asked = asked;
  let nodes: readonly Node[];
  try {
    nodes = entryView(await by.entry(shard, seq));
  } catch (error) {
    nodes = [h("p", { class: "warning" }, (error as Error).message)];
  }
  // Another one was chosen meanwhile.
  if (detail.dataset.asked !== asked) return;
  fill(detail, ...nodes);
  detail.dataset.entry = asked;
  detail.scrollTop = 0;
  // Beside the table it is in sight; below it, it may not be.
  detail.scrollIntoView({ block: "nearest" });
}

function start(): void {
  verifier?.end();
  verifier = undefined;
  clear();
  showGiven();
  if (given.log.size === 0 && given.proofs.length === 0 && given.bundle === undefined) {
    say("Give the folder of a log, or an evidence bundle, to begin.");
    return;
  }
  say("Verifying …");
  document.body.dataset.state = "busy";
  const bar = byId<HTMLProgressElement>("bar");
  bar.removeAttribute("value");
  fill(byId("progress-text"));
  byId("progress").hidden = false;
  verifier = new Verifier(given);
}

function showGiven(): void {
  const { folder, log, trust, keys, proofs, bundle } = given;
  const sizes = [...log.values()].reduce((sum, { size }) => sum + size, 0);
  const logText =
    log.size > 0
      ? `${folder === "" ? "a log" : folder}: ${counted(log.size, "file", "files")}, ${bytesText(sizes)}`
      : bundle === undefined
        ? "none yet"
        : `${bundle.name}: ${bytesText(bundle.size)}`;
  const extra = [
    ...(keys.size === 0 ? [] : [counted(keys.size, "key of a subject", "keys of subjects")]),
    ...(proofs.length === 0 ? [] : [counted(proofs.length, "proof", "proofs")]),
  ];
  byId("start-over").hidden = given === NOTHING_GIVEN;
  fill(byId("given-log"), logText);
  fill(byId("given-trust"), trust?.name ?? "none: the answer will be unanchored");
  fill(byId("given-more"), extra.length === 0 ? "none" : extra.join(", "));
}

async function take(files: Promise<readonly GivenFile[]> | readonly GivenFile[]): Promise<void> {
  try {
    const found = await files;
    if (found.length === 0) return say("There was no file in what you gave.", true);
    given = await sorted(found, given);
  } catch (error) {
    return say((error as Error).message, true);
  }
  start();
}

function listen(): void {
  for (const id of ["choose-log", "choose-bundle", "choose-trust", "choose-more"]) {
    const input = byId<HTMLInputElement>(id);
    input.addEventListener("change", () => {
      const files = input.files === null ? [] : filesOfChooser(input.files);
      // The same folder can be chosen again once it was changed.
      input.value = "";
      void take(files);
    });
  }
  byId("start-over").addEventListener("click", () => {
    given = NOTHING_GIVEN;
    document.body.dataset.state = "";
    start();
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) document.body.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("over");
    if (event.dataTransfer !== null) void take(filesOfDrop(event.dataTransfer));
  });
}

fill(byId("engine"), EMBEDDED_DIGESTS.engine);
listen();
start();

/** Writing to the two streams: results on stdout, remarks on stderr, and a reader who leaves early is no error. */

import { once } from "node:events";
import { type Colors, colorsFor, columnsOf } from "./text.js";

const BUFFER_CHARACTERS = 64 * 1024;

/** stdout of one command, written in large pieces and no faster than it is read. */
export class Output {
  readonly colors: Colors = colorsFor(process.stdout);
  readonly columns: number = columnsOf(process.stdout);
  #pending = "";

  /** One line. Await it in long runs. */
  async line(text: string): Promise<void> {
    this.#pending += `${text}\n`;
    if (this.#pending.length >= BUFFER_CHARACTERS) await this.flush();
  }

  /** Text as it is. */
  async text(text: string): Promise<void> {
    this.#pending += text;
    await this.flush();
  }

  async lines(texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.line(text);
  }

  /** A value as JSON: indented for reading, one line when `compact`. */
  async json(value: unknown, compact = false): Promise<void> {
    await this.line(compact ? JSON.stringify(value) : JSON.stringify(value, null, 2));
  }

  async flush(): Promise<void> {
    if (this.#pending === "") return;
    const text = this.#pending;
    this.#pending = "";
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
  }
}

/** A remark for people. Never part of a result. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** `permit0 check --jsonl | head` closes the pipe on purpose: stop without a word. */
export function leaveQuietly(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
}

/**
 * A session as a host with memory would run it: histories kept from call to call, what the user typed shown before the
 * calls, what a tool answered shown after its call.
 */

import type { Decision } from "permit0";
import type { Cell, Engine, EventRequest, Request } from "permit0/engine";
import { observeBodies } from "../../bindings/src/events.ts";
import { emptyCell } from "../../bindings/src/memory.ts";
import { hex } from "../../bindings/src/sha256.ts";
import type { Trust } from "../../bindings/src/types.ts";
import type { RecordedCall } from "./calls.ts";

/**
 * The histories of one session. Recorded sessions are runs of their own that all begin at one moment, so none sees what
 * another did. Nobody else is at work, so there are no races, and nothing has to wait.
 */
export class Session {
  readonly name: string;
  readonly engine: Engine;
  readonly #cells = new Map<string, Cell>();
  readonly #said = new Set<string>();

  constructor(name: string, engine: Engine) {
    this.name = name;
    this.engine = engine;
  }

  /** Decides a recorded call after what was said and done before it. */
  decide(call: RecordedCall, request: Request): Decision {
    const { userTask, result } = call;
    if (userTask !== undefined && !this.#said.has(userTask)) {
      this.#said.add(userTask);
      this.#observe(userTask, "user", request);
    }
    const decision = this.#remember(request);
    // The recorded session went on with this answer, whatever is decided here.
    if (result !== undefined && result !== null) this.#observe(textOf(result), "tool", request);
    return decision;
  }

  /** Shows a text to the engine, so that it knows afterwards which values stood in it and who wrote it. */
  #observe(text: string, trust: Trust, { context }: Request): void {
    for (const body of observeBodies(this.engine, { text, trust })) this.#remember({ ...body, context });
  }

  #remember(request: Request | EventRequest): Decision {
    const prepared = this.engine.prepare(request);
    const decision = prepared.decide(prepared.ids.map((id) => this.#cells.get(hex(id)) ?? emptyCell(id)));
    for (const { id, after: digest, bytes } of decision.next) {
      if (bytes !== undefined) this.#cells.set(hex(id), { id, digest, bytes });
    }
    return decision;
  }
}

function textOf(result: unknown): string {
  return typeof result === "string" ? result : JSON.stringify(result);
}

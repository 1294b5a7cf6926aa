/**
 * Guards: functions that run only with a permit. Either the guard asks before the body starts and hands it frozen
 * arguments, or the body asks itself and the guard sees to it that it did.
 */

import { createCarrier } from "./clock.ts";
import { decode } from "./codec/decode.ts";
import { encode } from "./codec/encode.ts";
import { typedError } from "./codec/request.ts";
import { EngineError, shown } from "./errors.ts";
import { deepFreeze } from "./frozen.ts";
import { REQUEST_BYTES_MAX } from "./gen/limits.ts";
import type { Permit, PermitCall, Run } from "./permit.ts";
import type { Decision, Values } from "./types.ts";

/** An action whose fields are known beforehand: the body receives them. */
export interface FixedAction<F extends Values> {
  readonly action: string;
  readonly fields: F;
}

/** An action whose fields follow from the arguments of the guarded function. */
export interface DerivedAction<A extends readonly unknown[]> {
  readonly action: string;
  /** Sees the same frozen copies that the body gets. */
  readonly fields: (...args: A) => Values;
}

/** A tool: the first argument of the guarded function is its `args`. */
export interface GuardedTool {
  readonly tool: string;
  readonly server?: string;
  readonly annotations?: Values;
}

/**
 * Guards a function. Whatever the form, the guarded function returns a promise and rejects with PermitDenied or
 * PermitReview when the call may not run; the body has then not been started (or, in the first form, has been left by
 * the throw of its own `require`).
 */
export interface Guard {
  /**
   * The body asks for itself with `permit.require`, of the same permit, before it acts. A body that ends without any
   * require that succeeded rejects with `never_asked`: what it did was not covered, and somebody must know.
   */
  <A extends unknown[], R>(body: (...args: A) => R): (...args: A) => Promise<Awaited<R>>;
  /**
   * Asks for a tool call. The body gets the tool's arguments as decoded from the very bytes that were hashed, frozen.
   * Further arguments are the host's own (an abort signal, a call id) and go through as they are.
   */
  <T extends object, H extends unknown[], R>(
    call: GuardedTool,
    body: (args: T, ...host: H) => R,
  ): (args: T, ...host: H) => Promise<Awaited<R>>;
  /**
   * Asks for an action whose fields follow from the arguments: plain data of at most 1 MiB. Body and `fields` get the
   * same frozen copies.
   */
  <A extends unknown[], R>(
    call: DerivedAction<A>,
    body: (...args: A) => R,
  ): (...args: A) => Promise<Awaited<R>>;
  /** The same where `fields` looks at fewer arguments than the body takes. */
  <A extends unknown[], R>(
    call: DerivedAction<NoInfer<A>>,
    body: (...args: A) => R,
  ): (...args: A) => Promise<Awaited<R>>;
  /** Asks for an action with fixed fields. The body gets them as decoded from the hashed bytes, frozen. */
  <F extends Values, R>(call: FixedAction<F>, body: (fields: Readonly<F>) => R): () => Promise<Awaited<R>>;
}

const ARGUMENTS_BYTES_MAX = 1024 * 1024;

/** One run of a guarded body. */
interface Frame {
  readonly permit: Permit;
  /** Requires that succeeded, at this permit and at others. */
  asked: number;
  askedElsewhere: number;
}

const frames = createCarrier<Frame>();

/** Called by `require` when it starts; what it returns is called when the require has succeeded. */
export function noteAsked(permit: Permit): () => void {
  const frame = frames.get();
  return () => {
    if (frame === undefined) return;
    if (frame.permit === permit) frame.asked++;
    else frame.askedElsewhere++;
  };
}

type Body = (this: unknown, ...args: unknown[]) => unknown;

/** The guard of one permit. `pass` resolves only if the call may run, and `run` then runs it. */
export function createGuard(
  permit: () => Permit,
  pass: (call: PermitCall) => Promise<Decision>,
  run: Run | undefined,
): Guard {
  function asking(body: Body): Body {
    return async function guarded(this: unknown, ...args) {
      const frame: Frame = { permit: permit(), asked: 0, askedElsewhere: 0 };
      const result = await frames.run(frame, () => body.apply(this, args));
      if (frame.asked > 0) return result;
      throw new EngineError("never_asked", {
        wanted: "a permit.require that succeeded before the guarded function ended",
        came: frame.askedElsewhere > 0 ? "one of another permit" : "none",
      });
    };
  }

  function asked(call: AskedCall, body: Body): Body {
    return async function guarded(this: unknown, ...given) {
      const { request, args } = judged(call, given);
      const decision = await pass(request);
      // Arguments too large to copy were denied by the host, and only shadow mode comes back from that.
      if (args === undefined && decision.by !== "host") throw new EngineError("request_too_large");
      const start = () => body.apply(this, args ?? given);
      // What shadow mode lets through was not allowed, and has no token.
      if (run === undefined || decision.mode === "shadow" || decision.verdict !== "allow") return start();
      return run(decision, permit().requestOf(decision), start);
    };
  }

  const guard = (...given: unknown[]): Body => {
    const [first, second] = given;
    if (typeof first === "function" && given.length === 1) return asking(first as Body);
    if (typeof first === "object" && first !== null && typeof second === "function") {
      return asked(first as AskedCall, second as Body);
    }
    throw new EngineError("option_type", {
      path: "guard",
      wanted: "a function, or an action or tool and a function",
      came: given.map(shown).join(" and ") || "nothing",
    });
  };
  return guard as unknown as Guard;
}

type AskedCall = GuardedTool | FixedAction<Values> | DerivedAction<unknown[]>;

/** The call to ask about, and the arguments for the body: both come out of the same bytes. */
function judged(
  call: AskedCall,
  given: readonly unknown[],
): { request: PermitCall; args: unknown[] | undefined } {
  if ("tool" in call) {
    const [own, ...host] = given;
    try {
      const args = snapshot(own, "args", REQUEST_BYTES_MAX);
      return { request: { ...call, args } as PermitCall, args: [args, ...host] };
    } catch (error) {
      if (!(error instanceof EngineError && error.code === "request_too_large")) throw error;
      return { request: { ...call, args: own } as PermitCall, args: undefined };
    }
  }
  const { action, fields } = call;
  if (typeof fields === "function") {
    const args = snapshot(given, "arguments", ARGUMENTS_BYTES_MAX) as unknown[];
    return { request: { action, fields: fields(...args) }, args };
  }
  const fixed = snapshot(fields, "fields", REQUEST_BYTES_MAX) as Values;
  return { request: { action, fields: fixed }, args: [fixed] };
}

/**
 * A frozen copy of a value, by way of its CMP/1 bytes. The bytes are canonical, so encoding the copy for the request
 * gives them again: what is hashed is what runs.
 */
function snapshot(value: unknown, name: string, bytesMax: number): unknown {
  try {
    const copy = decode(encode({ [name]: value }, bytesMax)) as Readonly<Record<string, unknown>>;
    return deepFreeze(copy)[name];
  } catch (error) {
    throw typedError(error);
  }
}

/**
 * Approvals: a call that a person must decide waits here until somebody does, in this process or another one, before or
 * after a restart. What comes of it is a field of a request: the engine decides afresh, and may still say no.
 */

import type { Awaitable, Ed25519 } from "../keys/ed25519.ts";
import { nobleEd25519 } from "../keys/noble.ts";
import { type KeyId, keyId, parseKeyId } from "../keys/paserk.ts";
import type { Signer } from "../keys/signer.ts";
import { systemClock } from "../src/clock.ts";
import { quoted } from "../src/codec/errors.ts";
import { shown } from "../src/errors.ts";
import { APPROVERS_MAX } from "../src/gen/limits.ts";
import type { Approval as ApprovalField, Context, Decision, Request } from "../src/types.ts";
import {
  type Approval,
  type ApprovalState,
  approvalBytes,
  approversOf,
  checkReviewed,
  contextIn,
  decisionOf,
  familyOf,
  HANDLE,
  handleOf,
  isOfCall,
  type KeptStatement,
  parentsIn,
  plainArgs,
  readApproval,
  requestOf,
  STATEMENTS_MAX,
  termsOf,
} from "./approval.ts";
import { needKnown, ReviewError } from "./errors.ts";
import { activeKey, folded, isSelfApprovable, type Person, type PersonKey } from "./persons.ts";
import {
  type Act,
  isSignedBy,
  type Statement,
  signStatement,
  statementBytes,
  type Terms,
} from "./statement.ts";
import type { ApprovalStore, WriteApproval } from "./store.ts";
import { changed, untilChange } from "./waiting.ts";

/** Where the list of persons comes from. It is read anew for every act. */
export interface PersonSource {
  persons(): Awaitable<readonly Person[]>;
  /** Whether this process could write that list: then it could name an approver of its own, and approvals say so. */
  readonly isWritable?: boolean;
}

export interface ApprovalsOptions {
  readonly store: ApprovalStore;
  readonly persons: PersonSource;
  /** Default: `nobleEd25519`. On Node `nodeEd25519` of `permit0/node` is faster. */
  readonly ed25519?: Ed25519;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly clock?: () => number;
  /** How long an approval may be used, at most and by default 24 hours. A shorter `ttl_ms` of the policy counts instead. */
  readonly ttlMs?: number;
  /** How long the same action or the same arguments cannot be asked for again in a session after a denial. Default: 10 minutes. */
  readonly cooldownMs?: number;
}

/** A person's word as it is shown. */
export interface Said {
  readonly by: string;
  readonly key: string;
  readonly time_ms: number;
}

/** An approval as it stands now. */
export interface ApprovalView {
  readonly handle: string;
  readonly state: ApprovalState;
  readonly at_ms: number;
  readonly expires_ms: number;
  /** How many persons must approve, and who has. Whoever was removed since then does not count. */
  readonly needed: number;
  readonly approvers: readonly Said[];
  readonly denied: Said | undefined;
  /** When it was used or ended, as far as somebody did that or saw it; before `expires_ms` where it was ended early. */
  readonly ended_ms: number | undefined;
  /** What is wrong, and where, with one that is damaged; then nothing else of it is known. Only {@link Approvals.list} has such. */
  readonly damage?: string;
  /**
   * Whether whoever asks could have approved it himself: he can write the list of persons, or a key that approved is not
   * known to be kept from him. The approval counts all the same; whoever reads it knows what it is worth.
   */
  readonly self_approvable: boolean;
  readonly context: Context;
  readonly record: Uint8Array;
  readonly request: Uint8Array;
  readonly terms: Terms;
}

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds to wait at most. Default: until the approval ends. */
  readonly timeoutMs?: number;
}

/** A call that was approved, to be decided afresh. */
export interface TakenApproval {
  /** The reviewed call with its salt, at the present time, with the approval in it. */
  readonly request: Request & { readonly approval: ApprovalField };
  readonly view: ApprovalView;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Open approvals that one session may have. More of them and nobody reads any. */
export const OPEN_MAX = 5;
const POLL_MS_MIN = 50;
const POLL_MS_MAX = 2000;

const OPTIONS: Readonly<Record<keyof ApprovalsOptions, true>> = {
  clock: true,
  cooldownMs: true,
  ed25519: true,
  persons: true,
  store: true,
  ttlMs: true,
};

export class Approvals {
  readonly #store: ApprovalStore;
  readonly #persons: PersonSource;
  readonly #ed25519: Ed25519;
  readonly #clock: () => number;
  readonly #ttlMs: number;
  readonly #cooldownMs: number;

  /** @throws ReviewError `review_option`. */
  constructor(options: ApprovalsOptions) {
    needKnown(options, OPTIONS);
    const { store, persons, ed25519 = nobleEd25519, clock = systemClock } = options;
    this.#store = store;
    this.#persons = persons;
    this.#ed25519 = ed25519;
    this.#clock = clock;
    this.#ttlMs = milliseconds("ttlMs", options.ttlMs ?? DAY_MS, 1, DAY_MS);
    this.#cooldownMs = milliseconds("cooldownMs", options.cooldownMs ?? 10 * MINUTE_MS, 0, DAY_MS);
  }

  /**
   * Opens an approval for a decision that must be reviewed. The same record twice is one approval.
   * @param request the bytes that were decided, as `Engine.prepare` gives them.
   * @param options with `join`, one of the same call that {@link find} gives is taken for it.
   * @throws ReviewError `approval_record`, `approval_quorum_range`; `approval_limit`, `approval_cooldown`.
   */
  async open(
    decision: Pick<Decision, "record">,
    request: Uint8Array,
    { join = false }: { readonly join?: boolean } = {},
  ): Promise<ApprovalView> {
    const record = new Uint8Array(decision.record);
    checkReviewed(record, request);
    const handle = handleOf(record);
    const { obligations } = decisionOf(record);
    if ((obligations.approvers ?? 1) > APPROVERS_MAX)
      throw new ReviewError("approval_quorum_range", {
        wanted: `at most ${APPROVERS_MAX} approvers`,
        came: `${obligations.approvers}`,
      });
    return this.#change(async (write) => {
      for (const other of await this.#all()) await this.#keepEnd(other, write);
      const before = await this.#found(handle);
      if (before !== undefined) return this.#view(before);
      const joined = join ? await this.#standing(record, request) : undefined;
      if (joined !== undefined) return joined;
      const at_ms = this.#clock();
      const approval: Approval = {
        handle,
        record,
        request: new Uint8Array(request),
        at_ms,
        expires_ms: at_ms + Math.min(this.#ttlMs, obligations.ttl_ms ?? DAY_MS),
        self_approvable: this.#persons.isWritable === true,
        statements: [],
        ended: undefined,
      };
      await this.#needRoom(approval);
      await write(handle, approvalBytes(approval));
      return this.#view(approval);
    });
  }

  /**
   * The approval, open or approved, that was asked for this very call before: by another process, or before a restart. The
   * call is the same if nothing differs but salt and time, and nothing in its decision but what was shown already.
   * @throws ReviewError `approval_record`.
   */
  async find(decision: Pick<Decision, "record">, request: Uint8Array): Promise<ApprovalView | undefined> {
    const record = new Uint8Array(decision.record);
    checkReviewed(record, request);
    return this.#standing(record, request);
  }

  /** All approvals, oldest first; those of some states alone, and what is damaged: it may be in any. */
  async list(...states: readonly ApprovalState[]): Promise<readonly ApprovalView[]> {
    const views: ApprovalView[] = [];
    const { sound, damaged } = await this.#everything();
    for (const approval of sound) {
      const view = await this.#viewed(approval);
      views.push(view instanceof ReviewError ? damagedView(approval.handle, view) : view);
    }
    views.push(...damaged.map(({ handle, error }) => damagedView(handle, error)));
    const isWanted = (state: ApprovalState): boolean => states.length === 0 || states.includes(state);
    const wanted = views.filter(({ state }) => state === "damaged" || isWanted(state));
    return wanted.sort((one, other) => one.at_ms - other.at_ms || (one.handle < other.handle ? -1 : 1));
  }

  /** @throws ReviewError `approval_unknown`. */
  async show(handle: string): Promise<ApprovalView> {
    return this.#view(await this.#needed(handle));
  }

  /** The bytes that a person signs, for a signer that is elsewhere. */
  async statement(handle: string, act: Act, by: string, key: KeyId): Promise<Uint8Array> {
    return statementBytes(termsOf(await this.#needed(handle)), { act, by, key });
  }

  /**
   * A person says yes.
   * @throws ReviewError `approval_unknown`, `approval_closed`, `approval_expired`; `person_unknown`, `person_key`;
   * `approval_self` for who asks or acts; `approval_twice` for who has approved already, with this key or another one.
   */
  async approve(
    handle: string,
    { by, signer }: { readonly by: string; readonly signer: Signer },
  ): Promise<ApprovalView> {
    return this.#say(handle, "approve", by, signer);
  }

  /**
   * A person says no, which is final: nobody's yes outweighs it. Who has approved may still refuse until it is used.
   * @throws ReviewError as {@link approve}; whoever asks or acts may refuse, and no quorum is needed.
   */
  async deny(
    handle: string,
    { by, signer }: { readonly by: string; readonly signer: Signer },
  ): Promise<ApprovalView> {
    return this.#say(handle, "deny", by, signer);
  }

  /**
   * Whether a person could say this now with this key: to be asked before he types a passphrase or touches a device.
   * @throws ReviewError as {@link approve}.
   */
  async mayDecide(handle: string, act: Act, by: string, key: KeyId): Promise<ApprovalView> {
    return this.#change(async (write) => {
      const approval = await this.#needed(handle);
      const view = await this.#view(approval);
      await this.#needUndecided(view, act === "deny", approval, write);
      await this.#speaker(approval, view, { act, by, key });
      return view;
    });
  }

  /** Takes a statement that was signed elsewhere. @throws ReviewError as {@link approve}; `statement_wrong`. */
  async submit(handle: string, given: Statement): Promise<ApprovalView> {
    const { act, by } = given;
    const key = parseKeyId(given.key);
    const statement: Statement = { act, by, key, signature: new Uint8Array(given.signature) };
    return this.#change(async (write) => {
      const approval = await this.#needed(handle);
      const view = await this.#view(approval);
      await this.#needUndecided(view, act === "deny", approval, write);
      await this.#check(approval, view, statement);
      const time_ms = Math.max(this.#clock(), approval.at_ms);
      const next = { ...approval, statements: [...approval.statements, { ...statement, time_ms }] };
      await write(handle, approvalBytes(next));
      return this.#view(next);
    });
  }

  /**
   * Ends one approval that is not used yet, or without a handle marks those whose time is over. Expired is not denied: the
   * same call may be asked for again at once.
   * @returns those that ended now.
   * @throws ReviewError `approval_unknown`, `approval_closed`.
   */
  async expire(handle?: string): Promise<readonly ApprovalView[]> {
    return this.#change(async (write) => {
      const ended: ApprovalView[] = [];
      for (const approval of handle === undefined ? await this.#all() : [await this.#needed(handle)]) {
        const view = handle === undefined ? await this.#viewed(approval) : await this.#view(approval);
        if (view instanceof ReviewError) continue;
        const { state } = view;
        if (approval.ended !== undefined || state === "denied" || state === "used") {
          if (handle !== undefined) throw closed(handle, state);
          continue;
        }
        if (handle === undefined && state !== "expired") continue;
        ended.push(await this.#view(await this.#end(approval, "expired", write)));
      }
      return ended;
    });
  }

  /**
   * Waits until an approval is no longer open: approved, denied, expired or used. Any process may wait, also one that
   * began after the one that opened it has ended.
   * @throws ReviewError `approval_unknown`, `wait_timeout`; what the signal was aborted with.
   *
   * @example
   * const { state } = await approvals.wait(handle, { timeoutMs: 60_000 });
   * if (state === "approved") decide((await approvals.take(handle)).request);
   */
  async wait(handle: string, { signal, timeoutMs }: WaitOptions = {}): Promise<ApprovalView> {
    if (timeoutMs !== undefined) milliseconds("timeoutMs", timeoutMs, 0, Number.MAX_SAFE_INTEGER);
    const endMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
    for (let pollMs = POLL_MS_MIN; ; pollMs = Math.min(pollMs * 2, POLL_MS_MAX)) {
      signal?.throwIfAborted();
      // Listening begins before looking: what changes in between must not be missed.
      const change = untilChange(this.#store, signal);
      try {
        const view = await this.show(handle);
        if (view.state === "expired")
          await this.#change(async (write) => this.#keepEnd(await this.#needed(handle), write));
        if (view.state !== "open") return view;
        const leftMs = endMs - performance.now();
        if (leftMs <= 0)
          throw new ReviewError("wait_timeout", {
            path: handle,
            wanted: "a decision in time",
            came: "none yet",
          });
        await change.within(Math.min(pollMs, leftMs, Math.max(view.expires_ms - this.#clock(), 1)));
      } finally {
        change.stop();
      }
    }
  }

  /**
   * Takes what was approved, once: from now on it is used, whatever becomes of the call. Who stops in between has to ask
   * again, because nobody could tell whether it ran.
   * @returns the reviewed call with the approval in it, for the engine to decide afresh.
   * @throws ReviewError `approval_unknown`, `approval_closed`, `approval_expired`, `approval_pending`.
   */
  async take(handle: string): Promise<TakenApproval> {
    return this.#change(async (write) => {
      const approval = await this.#needed(handle);
      const view = await this.#view(approval);
      if (view.state === "open")
        throw new ReviewError("approval_pending", {
          path: handle,
          wanted: `${view.needed} persons who approve`,
          came: `${view.approvers.length}`,
        });
      await this.#needUndecided(view, true, approval, write);
      const used = await this.#end(approval, "used", write);
      const { context, ...call } = requestOf(approval);
      const time_ms = Math.max(this.#clock(), approval.at_ms);
      const request = { ...call, context: { ...context, time_ms }, approval: fieldOf(view, approval) };
      return { request: request as TakenApproval["request"], view: await this.#view(used) };
    });
  }

  /**
   * Removes what ended at least so long ago: an approval holds the arguments of its call, and has no use any more. The
   * record that came of it stays in the log. What still keeps a call from being asked for again stays.
   * @returns how many.
   */
  async forget({ olderThanMs = 0 }: { readonly olderThanMs?: number } = {}): Promise<number> {
    milliseconds("olderThanMs", olderThanMs, 0, Number.MAX_SAFE_INTEGER);
    return this.#change(async (write) => {
      let count = 0;
      for (const approval of await this.#all()) {
        const view = await this.#viewed(approval);
        if (view instanceof ReviewError) continue;
        const { state } = view;
        if (state === "open" || state === "approved") continue;
        const ageMs = this.#clock() - endOf(approval);
        if (ageMs < olderThanMs || (state === "denied" && ageMs < this.#cooldownMs)) continue;
        await write(approval.handle, undefined);
        count++;
      }
      return count;
    });
  }

  async #say(handle: string, act: Act, by: string, signer: Signer): Promise<ApprovalView> {
    const { terms } = await this.mayDecide(handle, act, by, keyId(signer.publicKey));
    return this.submit(handle, await signStatement(terms, act, by, signer));
  }

  /** @throws ReviewError for a statement that does not count, with the reason. */
  async #check(approval: Approval, view: ApprovalView, statement: Statement): Promise<void> {
    const { handle } = approval;
    const { key } = statement;
    const { publicKey } = await this.#speaker(approval, view, statement);
    if (!(await isSignedBy(publicKey, termsOf(approval), statement, this.#ed25519)))
      throw new ReviewError("statement_wrong", {
        path: handle,
        wanted: `a signature of ${key} over this approval`,
        came: "one that does not verify",
      });
  }

  /** The key of who may say this. @throws ReviewError for who may not. */
  async #speaker(
    approval: Approval,
    view: ApprovalView,
    { act, by, key }: Omit<Statement, "signature">,
  ): Promise<PersonKey> {
    const { handle } = approval;
    if (act !== "approve" && act !== "deny")
      throw new ReviewError("statement_wrong", { path: handle, wanted: "approve or deny", came: shown(act) });
    const found = activeKey(await this.#persons.persons(), by, key);
    if (act === "approve") {
      const role = roleOf(view.context, by);
      if (role !== undefined)
        throw new ReviewError("approval_self", {
          path: handle,
          wanted: "somebody else",
          came: `${by}, who is the ${role} of this call`,
        });
      const before = view.approvers.find((said) => folded(said.by) === folded(by));
      if (before !== undefined)
        throw new ReviewError("approval_twice", {
          path: handle,
          wanted: "a person who has not approved yet",
          came: before.key === key ? `${by} again` : `${by} again, with another key`,
        });
    }
    if (approval.statements.length >= STATEMENTS_MAX)
      throw new ReviewError("approval_closed", {
        path: handle,
        wanted: "room for a statement",
        came: "none",
      });
    return found;
  }

  /**
   * @param mayBeApproved for acts that come after the quorum.
   * @throws ReviewError `approval_closed`, `approval_expired`.
   */
  async #needUndecided(
    { handle, state, expires_ms, ended_ms = expires_ms }: ApprovalView,
    mayBeApproved: boolean,
    approval: Approval,
    write: WriteApproval,
  ): Promise<void> {
    if (state === "open" || (state === "approved" && mayBeApproved)) return;
    if (state !== "expired") throw closed(handle, state);
    await this.#keepEnd(approval, write);
    throw new ReviewError("approval_expired", {
      path: handle,
      wanted: "an approval that still runs",
      came: `one that ended at ${new Date(Math.min(ended_ms, expires_ms)).toISOString()}`,
    });
  }

  /** Whether its time is over; also where something was said after it, whatever the clock says now. */
  #isOver({ expires_ms, statements }: Approval): boolean {
    return Math.max(this.#clock(), ...statements.map(({ time_ms }) => time_ms)) >= expires_ms;
  }

  /** Writes down that its time is over: a clock that is set back must not open it again. */
  async #keepEnd(approval: Approval, write: WriteApproval): Promise<void> {
    if (approval.ended === undefined && this.#isOver(approval)) await this.#end(approval, "expired", write);
  }

  async #end(approval: Approval, state: "expired" | "used", write: WriteApproval): Promise<Approval> {
    const ended = { state, time_ms: Math.max(this.#clock(), approval.at_ms) };
    const next = { ...approval, ended };
    await write(approval.handle, approvalBytes(next));
    return next;
  }

  /** @throws ReviewError `approval_limit`, `approval_cooldown`. */
  async #needRoom(asked: Approval): Promise<void> {
    const { sound: others, damaged } = await this.#everything();
    const parents = parentsIn([asked, ...others].map((one) => requestOf(one).context));
    const family = familyOf(requestOf(asked).context, parents);
    // It could be the denial that they must wait after.
    for (const { context, error } of damaged)
      if (context !== undefined && [...familyOf(context, parents)].some((name) => family.has(name)))
        throw error;
    const { action } = decisionOf(asked.record);
    let open = 0;
    for (const other of others) {
      const theirs = familyOf(requestOf(other).context, parents);
      if (![...theirs].some((name) => family.has(name))) continue;
      const { state } = await this.#view(other);
      if (state === "open") open++;
      if (state !== "denied") continue;
      const waitMs = endOf(other) + this.#cooldownMs - this.#clock();
      if (waitMs <= 0) continue;
      if (decisionOf(other.record).action !== action && plainArgs(other) !== plainArgs(asked)) continue;
      throw new ReviewError("approval_cooldown", {
        path: other.handle,
        wanted: `no request for ${action} in this session for another ${Math.ceil(waitMs / 1000)} s`,
        came: "one: a person has just refused it",
      });
    }
    if (open >= OPEN_MAX)
      throw new ReviewError("approval_limit", {
        wanted: `at most ${OPEN_MAX} open approvals in one session`,
        came: "one more",
      });
  }

  async #view(approval: Approval): Promise<ApprovalView> {
    const { handle, at_ms, expires_ms, record, request, statements, ended } = approval;
    const { context } = requestOf(approval);
    const terms = termsOf(approval);
    const needed = approversOf(approval);
    const persons = statements.length === 0 ? [] : await this.#persons.persons();
    const denial = await this.#denial(approval, terms, persons);
    const counted = await this.#counted(statements, terms, context, persons);
    let state: ApprovalState = counted.length >= needed ? "approved" : "open";
    if (this.#isOver(approval)) state = "expired";
    if (denial !== undefined) state = "denied";
    if (ended !== undefined && denial === undefined) state = ended.state;
    return {
      handle,
      state,
      at_ms,
      expires_ms,
      needed,
      approvers: counted.map(({ said }) => said),
      denied: denial === undefined ? undefined : saidOf(denial),
      ended_ms: ended?.time_ms,
      self_approvable: approval.self_approvable || counted.some(({ isSelfApprovable }) => isSelfApprovable),
      context,
      record,
      request,
      terms,
    };
  }

  /**
   * The denial, if there is one. A no once signed stays one, of a person or key that was removed since too; one that nobody
   * signed who is listed was put there by hand, and names nobody.
   * @throws ReviewError `approval_file`.
   */
  async #denial(
    { handle, statements }: Approval,
    terms: Terms,
    persons: readonly Person[],
  ): Promise<KeptStatement | undefined> {
    const denials = statements.filter(({ act }) => act === "deny");
    for (const denial of denials) {
      const person = persons.find(({ id }) => id === denial.by);
      const key = person?.keys.find(({ id }) => id === denial.key);
      if (key !== undefined && (await isSignedBy(key.publicKey, terms, denial, this.#ed25519))) continue;
      throw new ReviewError("approval_file", {
        path: this.#store.place?.(handle) ?? handle,
        wanted: "a denial that a person of the list signed",
        came: "one that does not verify",
      });
    }
    return denials[0];
  }

  /** The approving statements that hold today: verified, by persons and keys that are still active, one a person. */
  async #counted(
    statements: readonly KeptStatement[],
    terms: Terms,
    context: Context,
    persons: readonly Person[],
  ): Promise<{ said: Said; isSelfApprovable: boolean }[]> {
    const counted = new Map<string, { said: Said; isSelfApprovable: boolean }>();
    for (const statement of statements) {
      const { act, by, key } = statement;
      if (act !== "approve") continue;
      const person = persons.find(({ id, status }) => id === by && status === "active");
      const found = person?.keys.find(({ id, status }) => id === key && status === "active");
      if (found === undefined || counted.has(folded(by)) || roleOf(context, by) !== undefined) continue;
      if (!(await isSignedBy(found.publicKey, terms, statement, this.#ed25519))) continue;
      counted.set(folded(by), { said: saidOf(statement), isSelfApprovable: isSelfApprovable(found) });
    }
    return [...counted.values()];
  }

  async #standing(record: Uint8Array, request: Uint8Array): Promise<ApprovalView | undefined> {
    const views: ApprovalView[] = [];
    for (const approval of await this.#all()) {
      if (!isOfCall(approval, record, request)) continue;
      const view = await this.#view(approval);
      if (view.state === "open" || view.state === "approved") views.push(view);
    }
    return views.sort((one, other) => one.at_ms - other.at_ms)[0];
  }

  async #all(): Promise<readonly Approval[]> {
    return (await this.#everything()).sound;
  }

  /** All that can be read, and what cannot: one bad file must not stop what has nothing to do with it. */
  async #everything(): Promise<{
    readonly sound: readonly Approval[];
    readonly damaged: readonly Damaged[];
  }> {
    const sound: Approval[] = [];
    const damaged: Damaged[] = [];
    for (const handle of await this.#store.handles()) {
      let bytes: Uint8Array | undefined;
      try {
        bytes = await this.#store.read(handle);
        // Without bytes: removed in between by somebody else.
        if (bytes !== undefined) sound.push(this.#read(bytes, handle));
      } catch (error) {
        if (!(error instanceof ReviewError)) throw error;
        damaged.push({ handle, error, context: bytes === undefined ? undefined : contextIn(bytes) });
      }
    }
    return { sound, damaged };
  }

  #read(bytes: Uint8Array, handle: string): Approval {
    return readApproval(bytes, handle, this.#store.place?.(handle));
  }

  async #found(handle: string): Promise<Approval | undefined> {
    const bytes = await this.#store.read(handle);
    return bytes === undefined ? undefined : this.#read(bytes, handle);
  }

  /** How it stands, or what is wrong with it. */
  async #viewed(approval: Approval): Promise<ApprovalView | ReviewError> {
    try {
      return await this.#view(approval);
    } catch (error) {
      if (error instanceof ReviewError && error.code === "approval_file") return error;
      throw error;
    }
  }

  async #needed(handle: string): Promise<Approval> {
    const found = HANDLE.test(handle) ? await this.#found(handle) : undefined;
    if (found !== undefined) return found;
    throw new ReviewError("approval_unknown", {
      wanted: "the handle of an approval",
      came: quoted(`${handle}`),
    });
  }

  async #change<T>(work: (write: WriteApproval) => Promise<T>): Promise<T> {
    try {
      return await this.#store.change(work);
    } finally {
      changed(this.#store);
    }
  }
}

interface Damaged {
  readonly handle: string;
  readonly error: ReviewError;
  /** Of the call, where it can still be read. */
  readonly context: Context | undefined;
}

/** Of what cannot be read nothing is known but where it is and what is wrong. */
function damagedView(handle: string, { message }: ReviewError): ApprovalView {
  const none = new Uint8Array();
  const terms = { args: none, at_ms: 0, expires_ms: 0, image: none, of: none, reasons: [] };
  return {
    handle,
    state: "damaged",
    damage: message,
    at_ms: 0,
    expires_ms: 0,
    needed: 0,
    approvers: [],
    denied: undefined,
    ended_ms: undefined,
    self_approvable: false,
    context: { time_ms: 0 },
    record: none,
    request: none,
    terms,
  };
}

function saidOf({ by, key, time_ms }: KeptStatement): Said {
  return { by, key, time_ms };
}

function closed(handle: string, state: ApprovalState): ReviewError {
  return new ReviewError("approval_closed", {
    path: handle,
    wanted: "an open approval",
    came: `one that is ${state}`,
  });
}

/** As what a person takes part in a call, in any spelling of his name. */
function roleOf(context: Context, by: string): "actor" | "agent" | "principal" | undefined {
  const roles = ["actor", "agent", "principal"] as const;
  return roles.find((role) => {
    const name = context[role];
    return name !== undefined && folded(name) === folded(by);
  });
}

/** When a person or a process ended it; its own end where only the time did. */
function endOf({ ended, statements, expires_ms }: Approval): number {
  return statements.find(({ act }) => act === "deny")?.time_ms ?? ended?.time_ms ?? expires_ms;
}

function fieldOf({ approvers, terms }: ApprovalView, { statements }: Approval): ApprovalField {
  const signed = approvers.map(({ by, key }) => {
    const found = statements.find((one) => one.act === "approve" && one.by === by && one.key === key);
    return { id: by, key, signature: (found as KeptStatement).signature };
  });
  const { args, at_ms, expires_ms, image, of, reasons } = terms;
  return {
    // Names are ASCII, so this is the order of their bytes.
    approvers: signed.sort((one, other) => (one.id < other.id ? -1 : 1)).slice(0, APPROVERS_MAX),
    args,
    at_ms,
    expires_ms,
    image,
    of,
    reasons,
  };
}

function milliseconds(path: string, given: unknown, least: number, most: number): number {
  if (Number.isSafeInteger(given) && (given as number) >= least && (given as number) <= most)
    return given as number;
  throw new ReviewError("review_option", {
    path,
    wanted: `milliseconds from ${least} to ${most}`,
    came: shown(given),
  });
}

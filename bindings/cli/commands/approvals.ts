/** `permit0 approvals`: what waits for a person, and what persons say about it. */

import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { ImageView } from "permit0/engine";
import {
  defaultApprovalFolder,
  openApprovals,
  openPersonFile,
  openPersonKey,
  type PersonKeyFile,
} from "permit0/node";
import type { ApprovalState, Approvals, ApprovalView } from "permit0/review";
import { CliError, EXIT } from "../failure.js";
import { addPolicyOptions } from "../options.js";
import { Output, remark } from "../output.js";
import { openPolicy, type PolicyOptions } from "../policy.js";
import { askPassphrase, needTerminal, PEOPLE } from "../terminal.js";
import { safe, table, timeText } from "../text.js";

interface ApprovalsOptions extends PolicyOptions {
  readonly dir?: string;
  readonly persons?: string;
  readonly keys?: string;
  readonly by?: string;
  readonly key?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

export function addApprovals(program: Command): void {
  const approvals = program
    .command("approvals")
    .summary("calls that wait for a person")
    .description("Lists and shows calls that wait for a person, and takes what persons say about them.");
  addOptions(
    approvals.command("list").summary("list what waits").description("Lists what is open or approved."),
  )
    .option("--all", "also what was denied, has expired or was used")
    .action(async (options: ApprovalsOptions) => {
      process.exitCode = await list(options);
    });
  addPolicyOptions(
    addOptions(
      withHandle(
        approvals
          .command("show")
          .summary("show one in full")
          .description("Shows one in full: who asks, all arguments escaped, why a person is asked."),
      ),
    ),
  ).action(async (handle: string, options: ApprovalsOptions) => {
    process.exitCode = await show(handle, options);
  });
  for (const [act, what] of [
    ["approve", "Says yes, as a person, with one of his keys."],
    ["deny", "Says no, as a person. It is final, and the same cannot be asked for again for ten minutes."],
  ] as const) {
    addPolicyOptions(
      addOptions(
        withHandle(
          approvals
            .command(act)
            .summary(act === "approve" ? "say yes" : "say no")
            .description(`${what} ${PEOPLE}`),
        ),
      ),
    )
      .optionsGroup("Who says it:")
      .option("--by <name>", "who says it, as in the list of persons (required)")
      .option("--key <pid>", "which of his keys, if there are several")
      .option("--keys <folder>", "folder of his keys (default: ~/.permit0/person)")
      .action(async (handle: string, options: ApprovalsOptions) => {
        process.exitCode = await say(act, handle, options);
      });
  }
  addOptions(
    approvals
      .command("expire")
      .argument("[handle]", "this one, before its time; without it all whose time is over")
      .summary("end what nobody decided")
      .description(
        "Ends an approval, or marks all whose time is over. Expired is not denied: it may be asked for again.",
      ),
  ).action(async (handle: string | undefined, options: ApprovalsOptions) => {
    process.exitCode = await expire(handle, options);
  });
}

function withHandle(command: Command): Command {
  return command.argument("<handle>", "32 hex digits, as `permit0 approvals list` prints them");
}

function addOptions(command: Command): Command {
  return command
    .option("--dir <folder>", "folder of the approvals (default: ~/.permit0/approvals)")
    .option("--persons <file>", "list of persons (default: ~/.permit0/persons.json)")
    .option("--json", "the result as JSON on standard output");
}

/** Approvals that are there: a name with a slip in it is not an empty folder. */
async function opened({ dir, persons }: ApprovalsOptions): Promise<Approvals> {
  const path = dir ?? defaultApprovalFolder();
  if (!existsSync(path))
    throw new CliError(
      "file",
      `${safe(path)}: wanted the folder of the approvals; there is no such folder; name it with --dir, or open an approval first`,
    );
  const approvals = await openApprovals({
    dir: path,
    ...(persons === undefined ? {} : { persons }),
  });
  const list = await openPersonFile(persons);
  if (!existsSync(list.path))
    remark(
      safe(
        `${list.path}: there is no such list of persons, so nobody can approve; name it with --persons, or run \`permit0 persons add\``,
      ),
    );
  return approvals;
}

async function list(options: ApprovalsOptions): Promise<number> {
  const { approvalJson, approvalLines } = await import("permit0/review");
  const states: readonly ApprovalState[] = options.all === true ? [] : ["open", "approved"];
  const views = await (await opened(options)).list(...states);
  const output = new Output();
  if (options.json === true) await output.json(views.map((view) => approvalJson(view)));
  else {
    const isDamaged = ({ state }: ApprovalView): boolean => state === "damaged";
    const rows = await Promise.all(views.filter((view) => !isDamaged(view)).map(row));
    await output.lines([...table(rows), ...views.filter(isDamaged).flatMap((view) => approvalLines(view))]);
  }
  await output.flush();
  if (options.json !== true) remark(`${views.length} ${views.length === 1 ? "approval" : "approvals"}`);
  return EXIT.done;
}

async function row(view: ApprovalView): Promise<string[]> {
  const { approvalJson, marked } = await import("permit0/review");
  const { handle, state, approvers, needed, expires_ms, ended_ms, denied, context, self_approvable } = view;
  const { action } = approvalJson(view) as { action: string };
  const who = context.actor ?? context.principal ?? context.agent ?? "";
  return [
    handle,
    state,
    `${approvers.length}/${needed}`,
    action,
    // Until when it goes, or when it ended.
    timeText(denied?.time_ms ?? Math.min(ended_ms ?? expires_ms, expires_ms)),
    `${marked(who).text}${self_approvable ? "  self_approvable" : ""}`,
  ];
}

async function show(handle: string, options: ApprovalsOptions): Promise<number> {
  const { approvalJson, approvalLines } = await import("permit0/review");
  const view = await (await opened(options)).show(handle);
  const { image, notes } = await wordingOf(view, options);
  const output = new Output();
  if (options.json === true) await output.json(approvalJson(view, image));
  else await output.lines(approvalLines(view, image));
  await output.flush();
  for (const note of notes) remark(note);
  return EXIT.done;
}

/** The policy whose sentences a person reads, and what is to be said of them. */
async function wordingOf(
  { terms }: ApprovalView,
  options: PolicyOptions,
): Promise<{ readonly image: ImageView; readonly notes: readonly string[] }> {
  const { image, digests } = await openPolicy(options);
  const isOther = Buffer.from(terms.image).toString("hex") !== digests.image;
  const note =
    "the sentences are those of another policy than the one that decided; name that one with --policy";
  return { image, notes: isOther ? [note] : [] };
}

async function say(act: "approve" | "deny", handle: string, options: ApprovalsOptions): Promise<number> {
  const { by } = options;
  if (by === undefined) throw new CliError("usage", "wanted --by NAME; came nothing");
  const { approvalJson, approvalLines, stateText } = await import("permit0/review");
  const approvals = await opened(options);
  const asked = await approvals.show(handle);
  needTerminal(`who may ${act}`);
  // What is signed stands above the signature.
  const { image, notes } = await wordingOf(asked, options);
  for (const line of [...approvalLines(asked, image), ...notes]) remark(line);
  const key = await keyOf(by, options);
  // Nobody types a secret for what cannot be said any more.
  await approvals.mayDecide(handle, act, by, key.id);
  const signer = await key.signer(
    key.kept === "passphrase" ? await askPassphrase(`passphrase of ${key.id}`) : undefined,
  );
  const view = await approvals[act](handle, { by, signer });
  const output = new Output();
  if (options.json === true) await output.json(approvalJson(view));
  else await output.line(`${handle}: ${stateText(view)}`);
  await output.flush();
  if (view.self_approvable)
    remark("self_approvable: a program of whoever asks could have said so as well (docs/approvals.md)");
  return EXIT.done;
}

/** The file of the key that the list of persons has for somebody. */
async function keyOf(by: string, { persons, key, keys }: ApprovalsOptions): Promise<PersonKeyFile> {
  const { personOf, ReviewError } = await import("permit0/review");
  const known = personOf((await openPersonFile(persons)).persons(), by).keys.filter(
    ({ status }) => status === "active",
  );
  const wanted = key === undefined ? known : known.filter(({ id }) => id === key);
  for (const { id } of wanted) {
    try {
      return await openPersonKey(id, keys);
    } catch (error) {
      // The next one may be here.
      if (!(error instanceof ReviewError && error.came === "no such file" && id !== wanted.at(-1)?.id))
        throw error;
    }
  }
  throw new ReviewError("person_key", {
    wanted: `an active key of ${by}`,
    came: key === undefined ? "none" : JSON.stringify(key),
  });
}

async function expire(handle: string | undefined, options: ApprovalsOptions): Promise<number> {
  const { approvalJson, stateText } = await import("permit0/review");
  const views = await (await opened(options)).expire(handle);
  const output = new Output();
  if (options.json === true) await output.json(views.map((view) => approvalJson(view)));
  else for (const view of views) await output.line(`${view.handle}: ${stateText(view)}`);
  await output.flush();
  return EXIT.done;
}

/** One entry with everything that its verdict follows from, step by step. */

import { timeText } from "../evidence/report/text.ts";
import { grouped, percent } from "../src/explain.ts";
import { type Child, code, h, mark, table, terms } from "./dom.ts";
import { pathDrawing } from "./drawing.ts";
import type {
  AmplifierStep,
  CodeSentence,
  DecisionFacts,
  EntryDetail,
  PartSteps,
  PathFacts,
} from "./messages.ts";
import { signersView } from "./view-answer.ts";
import { factorText } from "./words.ts";

const REQUESTS: Readonly<Record<string, string>> = {
  opened: "opened",
  redacted: "opened, with redacted fields: it cannot be decided again",
  withheld: "sealed, and nothing here opens it",
  erased: "erased: the log says that its key was destroyed",
  none: "not kept",
};

export function entryView(detail: EntryDetail): Node[] {
  const { row, decision, note, findings } = detail;
  return [
    h(
      "h2",
      {},
      `Entry ${grouped(row.seq)}`,
      h("span", { class: "soft" }, ` of ${row.shard}`),
      " ",
      ...(row.verdict === "" ? [] : [mark(row.verdict)]),
    ),
    ...findings.map(({ sentence, code: word, kind }) =>
      h("p", { class: kind === "failure" ? "warning" : "note strong" }, sentence, " ", code(word)),
    ),
    ...(decision === undefined ? [] : decisionView(decision)),
    ...(note === undefined
      ? []
      : [section("What the log says about itself", terms(note.map(([name, value]) => [name, code(value)])))]),
    ...requestView(detail),
    section("Bytes and digests", digestsView(detail)),
    pathView(detail.path),
  ];
}

function section(title: string, ...children: readonly Child[]): HTMLElement {
  return h("section", {}, h("h3", {}, title), ...children);
}

function decisionView(decision: DecisionFacts): Node[] {
  const { event, by, action, mode, tier, score } = decision;
  const isScored = by === "engine" && event === undefined;
  return [
    ...(mode === "shadow"
      ? [h("p", { class: "warning" }, "Shadow mode: the call ran whatever the verdict.")]
      : []),
    h(
      "p",
      { class: "lead" },
      ...(event !== undefined
        ? [event]
        : by === "host"
          ? ["The host answered: the engine was not asked, and nothing was scored."]
          : [code(action), `: ${tier}, ${percent(score)}`]),
    ),
    section("Why", sentencesView(decision.reasons)),
    ...(isScored ? arithmeticView(decision) : []),
    ...decidedView(decision),
    ...(decision.loweredBy.length === 0
      ? []
      : [
          section(
            "Lowered by",
            table(
              ["What", "Name", "On the word of"],
              decision.loweredBy.map(({ kind, name, authority }) => [kind, code(name), code(authority)]),
            ),
          ),
        ]),
    ...(decision.obligations.length === 0
      ? []
      : [section("Obligations", h("ul", {}, ...decision.obligations.map((line) => h("li", {}, line))))]),
    ...cellsView(decision),
  ];
}

function sentencesView(sentences: readonly CodeSentence[]): HTMLElement {
  return table(
    ["Code", "Sentence of the policy"],
    sentences.map(({ code: word, sentence, asks }) => [
      code(word),
      [sentence, ...asks.map((ask) => h("p", { class: "note" }, `asks ${ask}`))],
    ]),
    { class: "sentences" },
  );
}

// ---- Arithmetic.

function arithmeticView(decision: DecisionFacts): HTMLElement[] {
  const { parts, hazard, hazardComputed, score, scoreComputed, tier, tierComputed, tiers } = decision;
  const several = parts.length > 1;
  return [
    ...parts.map((part, at) =>
      section(
        several ? `Arithmetic, part ${at + 1} of ${parts.length}` : "Arithmetic",
        ...partView(part, decision.hasImage),
      ),
    ),
    ...(several
      ? [
          section(
            "Parts together",
            table(
              ["Part", "Counts", "H#"],
              parts.map((part) => [
                code(part.action),
                COUNTED[part.counted] ?? part.counted,
                grouped(part.hazard),
              ]),
            ),
            h(
              "p",
              { class: "result" },
              `H = ${grouped(hazardComputed)}`,
              agrees(hazardComputed === hazard, grouped(hazard)),
            ),
          ),
        ]
      : []),
    section(
      "Score and tier",
      h(
        "p",
        { class: "result" },
        `floor(10 000 × (1 − e^(−${grouped(hazard)} / 1 000 000))) = ${grouped(scoreComputed)}, or ${percent(scoreComputed)}`,
        agrees(scoreComputed === score, grouped(score)),
      ),
      table(
        ["Tier", "From H#", "By the score alone", ""],
        tiers.map((one) => [
          one.tier,
          grouped(one.from),
          one.route === "" ? "" : mark(one.route),
          one.tier === tierComputed ? ["◀ H = ", grouped(hazard), agrees(tier === tierComputed, tier)] : "",
        ]),
        { class: "tiers" },
      ),
    ),
  ];
}

const COUNTED: Readonly<Record<string, string>> = {
  full: "in full",
  minimal: "nothing: minimal, and nothing flows from or to it",
  duplicate: "nothing: done already",
};

/** Whether what was computed here is what the record says. */
function agrees(isSame: boolean, said: string): HTMLElement {
  return isSame
    ? h("span", { class: "agrees" }, " ✓ as in the record")
    : h("span", { class: "differs" }, ` ✗ the record says ${said}`);
}

function partView(
  { action, mapping, flags, start, amplifiers, computed, hazard }: PartSteps,
  hasImage: boolean,
): Node[] {
  return [
    h("p", { class: "note" }, "Understood as ", code(action), `, ${mapping}.`),
    table(
      ["Flag", "Role", "Hazard#", "Adds#"],
      flags.map((flag) => [
        flag.flag,
        flag.role,
        grouped(flag.hazard),
        flag.role === "primary" ? grouped(flag.hazard) : `${grouped(flag.hazard)} / 2`,
      ]),
    ),
    h("p", { class: "result" }, `H₀ = ${grouped(start)} millionths of a nat`),
    ...(hasImage
      ? [
          table(["Amplifier", "Level#", "Factor#", "H#"], amplifiers.flatMap(amplifierRows), {
            class: "amplifiers",
          }),
          h(
            "p",
            { class: "result" },
            `H = ${grouped(computed)}`,
            agrees(computed === hazard, grouped(hazard)),
          ),
        ]
      : [
          h(
            "p",
            { class: "warning" },
            `The policy image of this record is not there or cannot be read, so the maxima of its levels are not known. The record says H = ${grouped(hazard)}.`,
          ),
        ]),
  ];
}

function amplifierRows(step: AmplifierStep): Child[][] {
  const { amplifier, level, max, gain, numerator, denominator, after, why } = step;
  const isCalm = level === 0;
  const cell = (text: string): HTMLElement => h("span", isCalm ? { class: "soft" } : {}, text);
  const row = [
    cell(amplifier),
    cell(`${level} of ${max}`),
    cell(`× ${factorText(numerator, denominator)}`),
    cell(grouped(after)),
  ];
  if (isCalm) return [row];
  const formula = `(1000×${max} + ${gain}×${level}) / (1000×${max})`;
  return [row, [h("p", { class: "note" }, formula, ...(why === "" ? [] : [", by ", code(why)]))]];
}

// ---- What else had a say.

function decidedView({ gate, rows, mode, by, binding, durability, event }: DecisionFacts): HTMLElement[] {
  if (by === "host" || event !== undefined) return [];
  const lines = [
    ...(gate === undefined ? [] : [{ ...gate, kind: "gate" }]),
    ...rows.map((row) => ({ ...row, kind: "row" })),
  ];
  return [
    section(
      "Decided by",
      ...(lines.length === 0
        ? [h("p", {}, "The tier and the routing of the policy; no gate and no row matched.")]
        : [
            table(
              ["What", "Sentence of the policy"],
              lines.map(({ kind, code: word, sentence }) => [
                [h("span", { class: "soft" }, `${kind} `), code(word)],
                sentence,
              ]),
              { class: "sentences" },
            ),
          ]),
      h("p", { class: "note" }, `mode ${mode}, binding ${binding}, durability ${durability}`),
    ),
  ];
}

function cellsView({ cells }: DecisionFacts): HTMLElement[] {
  if (cells.length === 0) return [];
  const rows = cells.map(({ id, before, after, events, notes, version, hasGap }) => [
    [code(id.slice(0, 16))],
    [version === undefined ? "" : String(version)],
    [
      events === 0 ? "" : `${events} counted`,
      ...notes.map((text) => h("p", { class: "note" }, text)),
      ...(hasGap ? [h("p", { class: "note strong" }, "changed by another log in between")] : []),
    ],
    [
      code(isZero(before) ? "empty" : before.slice(0, 16)),
      " → ",
      before === after ? "the same" : code(after.slice(0, 16)),
    ],
  ]);
  return [section("Histories", table(["Id", "Version#", "Put in", "Digest before → behind"], rows))];
}

const isZero = (digest: string): boolean => /^0*$/.test(digest);

function requestView({ row, request, disclosed }: EntryDetail): HTMLElement[] {
  const what = REQUESTS[row.request];
  if (what === undefined) return [];
  return [
    section(
      "Request",
      h("p", { class: "note" }, what),
      ...(request === undefined
        ? []
        : [h("pre", { tabindex: "0", "aria-label": "the request" }, ...lines(request))]),
      ...(disclosed.length === 0
        ? []
        : [
            table(
              ["Field that is shown", "Value"],
              disclosed.map(({ field, value }) => [code(field), code(value)]),
            ),
          ]),
    ),
  ];
}

/** Lines of a text, each safe to show by itself. */
function lines(text: string): Child[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => h("span", { class: "line" }, line));
}

function digestsView({ row, file, at, bytes, prev, path, sealed, decision }: EntryDetail): HTMLElement {
  return terms([
    ["Time", row.kind === "unread" ? "" : timeText(row.timeMs)],
    [
      "Place",
      [
        code(file),
        `${at === undefined ? "" : `, frame at byte ${grouped(at)}`}; the entry has ${grouped(bytes)} bytes`,
      ],
    ],
    ["Leaf hash", code(path.leaf)],
    ["Before it", code(prev)],
    ...(decision?.digests ?? []).map(([name, digest]): [string, Child] => [
      DIGESTS[name] ?? name,
      code(digest),
    ]),
    ["Edition", decision === undefined ? "" : code(decision.edition)],
    ...sealed.map(([name, value]): [string, Child] => [`Sealed: ${name}`, code(value)]),
  ]);
}

const DIGESTS: Readonly<Record<string, string>> = {
  engine: "Engine",
  image: "Policy image",
  request: "Request",
  args: "Arguments",
  record: "Record",
};

// ---- The way to the checkpoint.

function pathView(path: PathFacts): HTMLElement {
  const { index, size, steps, root, checkpoint, isMet } = path;
  const sentence =
    checkpoint === undefined
      ? `No checkpoint covers this entry. Its path leads to the root of the ${grouped(size)} entries that were read.`
      : isMet
        ? `${grouped(steps.length)} hashes lead from entry ${grouped(index)} to the root that was signed for ${grouped(size)} entries.`
        : `The path leads to another root than the one that was signed for ${grouped(size)} entries.`;
  return section(
    "Its place in the tree",
    h("p", { class: isMet ? "" : "warning" }, sentence),
    h("figure", {}, h("div", { class: "wide" }, pathDrawing(path))),
    h(
      "details",
      {},
      h("summary", {}, "All hashes of the path"),
      table(
        ["With", "Side", "Hash", "Gives"],
        steps.map(({ from, to, side, sibling, result }) => [
          to - from === 1 ? `entry ${from}` : `${from} – ${to - 1}`,
          side,
          code(sibling),
          code(result),
        ]),
        { class: "digests" },
      ),
      h("p", { class: "result" }, "root ", code(root)),
    ),
    ...(checkpoint === undefined
      ? []
      : [
          h("h4", {}, "The checkpoint"),
          h("pre", { tabindex: "0", "aria-label": "the checkpoint" }, ...lines(checkpoint.text)),
          signersView(checkpoint),
        ]),
  );
}

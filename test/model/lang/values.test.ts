/** Values of variables that a shell text makes known (shell.md, 7), seen in the target of a redirection. */
import { describe, expect, it } from "vitest";
import { readImage } from "../image.ts";
import { writeImage } from "../image-writer.ts";
import { sampleImage } from "../sample.ts";
import { Drafts } from "./drafts.ts";
import { ShellReader } from "./shell.ts";
import { ShellState } from "./shell-state.ts";

const image = readImage(writeImage(sampleImage));

/** The paths of a text's parts, and `opaque` at the end where it is. */
function pathsOf(text: string): string[] {
  const drafts = new Drafts(image);
  const group = drafts.newGroup();
  const whole = {
    language: "shell" as const,
    text,
    marks: new Set<string>(),
    group,
    depth: 0,
    directory: null,
  };
  const state = new ShellState(whole, drafts, image, null);
  new ShellReader(state, null).read();
  return [
    ...drafts.drafts.flatMap((draft) => draft.facts.map((fact) => fact.text)),
    ...(state.isOpaque ? ["opaque"] : []),
  ];
}

const cases: [text: string, paths: string[], why: string][] = [
  ["n=a; > $n", ["a"], "known"],
  ["n=a n=b; > $n", ["b"], "the later one"],
  ["n=a n=$X; > $n", ["$n"], "the later one is not known"],
  ["n=$X n=a; > $n", ["a"], "the later one is known"],
  ["n=a n+=b; > $n", ["$n"], "the later one adds"],
  ["n=a n[0]=b; > $n", ["$n"], "the later one is the element that the name stands for"],
  ["n=a n=(b); > $n", ["$n"], "the later one is an array"],
  ["n=a m=$X; > $n", ["a"], "another name"],
  ["n=0; > $n; n=$((1))", ["$n"], "the text counts with it further on"],
  ["n=0; > $n # n=$((", ["$n"], "anywhere in it"],
  ["n=0; > $n; an=$((1))", ["$n"], "as the end of a longer name"],
  ["n=0; > $n; n=$(> a)", ["0", "a"], "that is no counting"],
  ["n=0; n=$((1)); n=2; > $n", ["$n"], "nor is it known later"],
  ["an=$((1)); n=0; > $n", ["0"], "what stands before does not count"],
  ["n=$X; n=0; > $n; n=$((1))", ["0"], "the name was a variable before"],
  ["n=0; for a in b; do > $n; n=$((1)); done", ["$n"], "a loop that counts is not opaque"],
  ["n=0; for a in b; do > $n; n=c; done", ["0", "opaque"], "one that assigns is"],
];

describe("what a text knows of its variables", () => {
  for (const [text, paths, why] of cases) it(`${text}: ${why}`, () => expect(pathsOf(text)).toEqual(paths));
});

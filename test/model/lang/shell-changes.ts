/** docs/format/shell.md, 7 to 9: commands that change the shell itself. */
import { wordGroup } from "../wire.ts";
import { isHidden, type ShellReader } from "./shell.ts";
import type { Text } from "./shell-words.ts";

/** Position of the first word that is not `command`, `builtin` or `exec`. */
export function effectiveIndex(words: Text[]): number {
  const leading = wordGroup("shell_leading");
  const at = words.findIndex((word) => !leading.includes(word.text));
  return at < 0 ? words.length : at;
}

/** What a command does to the text behind it, once it has been read. */
export function changeShell(words: Text[], reader: ShellReader): void {
  const { state } = reader;
  if (words.length === 1 && words[0]?.text === "exec") reader.execChangedInput = true;
  const at = effectiveIndex(words);
  const name = words[at]?.text;
  if (name === undefined) return;
  const rest = words.slice(at + 1);
  if (wordGroup("shell_opaque").includes(name)) state.isOpaque = true;
  if (name === "hash" && rest.length > 0) state.isOpaque = true;
  if (wordGroup("shell_forgets").includes(name)) state.forgetValues();
  if (wordGroup("shell_declare").includes(name)) declare(name, rest, reader);
  if (wordGroup("shell_naming").includes(name)) nameVariables(name, rest, reader);
  if (name === "printf" && rest[0]?.text.startsWith("-v") === true) printInto(rest, reader);
  const indexing = ["shell_declare", "shell_naming", "shell_indexing"].some((group) =>
    wordGroup(group).includes(name),
  );
  if (indexing && rest.some((word) => isHidden(word.text, word.kinds))) state.isOpaque = true;
  if (name === "set") set(rest, reader);
  if (name === "shopt" && rest.some((word) => !wordGroup("shell_shopt").includes(word.text))) {
    state.isOpaque = true;
  }
  if (name === "cd" || name === "pushd" || name === "popd") changeDirectory(name, rest, reader);
}

/** `export`, `local` and the like. */
function declare(command: string, rest: Text[], reader: ShellReader): void {
  const { state } = reader;
  for (const word of rest) {
    const { text, kinds } = word;
    const equals = text.indexOf("=");
    const head = equals < 0 ? kinds : kinds.slice(0, equals);
    if (head.includes("x") || (equals < 0 && word.expands)) state.isOpaque = true;
    if (text.startsWith("-") || text.startsWith("+")) {
      if (!/^-[-aAfFgprxlu]*$/.test(text) && text !== "+x") state.isOpaque = true;
      continue;
    }
    const name = nameOf(text);
    if (!reader.isName(name)) state.isOpaque = true;
    else if (name !== text) {
      state.judge(name);
      state.assign(name, word.expands ? reader.group : null);
    } else if (command !== "local") state.judge(name);
  }
}

/** What stands before the first `[`, `=` or `+=`. */
function nameOf(text: string): string {
  return /^(.*?)(\[|\+?=|$)/s.exec(text)?.[1] ?? "";
}

/** The words of `read` and the like, which may name variables. */
function nameVariables(command: string, rest: Text[], reader: ShellReader): void {
  const { state, group } = reader;
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] as Text;
    if (word.text.startsWith("-")) {
      if (word.expands && command !== "let") state.isOpaque = true;
      const next = rest[i + 1];
      const takes = command === "read" && /[dinNptu]$/.test(word.text);
      if (takes && next !== undefined && (!next.expands || next.quoted)) i++;
      continue;
    }
    const name = nameOf(word.text);
    const isName = reader.isName(name);
    const hasIndex = isName && word.text[name.length] === "[";
    if (word.expands && !hasIndex && command !== "let") state.isOpaque = true;
    if (!isName) continue;
    state.judge(name);
    state.assign(name, group);
  }
}

/** `printf -v NAME`. */
function printInto(rest: Text[], { state, group }: ShellReader): void {
  const [option, third] = rest as [Text, Text | undefined];
  const word = option.text === "-v" ? third : option;
  if (word === undefined) return;
  if (word.expands) state.isOpaque = true;
  const name = /^[A-Za-z0-9_]*/.exec(option === word ? word.text.slice(2) : word.text)?.[0] ?? "";
  if (!/^[A-Za-z_]/.test(name)) return;
  state.judge(name);
  state.assign(name, group);
}

function set(rest: Text[], { state }: ShellReader): void {
  rest.forEach(({ text, expands }, i) => {
    const kind = kindInSet(rest, i);
    // It may become an option.
    if (kind === "first" && expands) state.isOpaque = true;
    if (kind === "letters" && !/^[-+][aefhmnuvxCETo]*$/.test(text)) state.isOpaque = true;
    if (kind === "name" && !wordGroup("shell_set").includes(text)) state.isOpaque = true;
  });
}

/** Whether a word behind `set` and these words is judged as an option. */
export function isOptionOfSet(before: Text[], word: Text): boolean {
  return ["letters", "name"].includes(kindInSet([...before, word], before.length));
}

/** What a word behind `set` is: letters of options, the name of one, the first word that is neither, or another. */
function kindInSet(rest: Text[], wanted: number): "letters" | "name" | "first" | "other" {
  for (let i = 0; i <= wanted; i++) {
    const { text } = rest[i] as Text;
    if (text === "--" || !/^[-+]/.test(text)) return i === wanted && text !== "--" ? "first" : "other";
    if (i === wanted) return "letters";
    if (!text.includes("o")) continue;
    i++;
    if (i === wanted) return "name";
  }
  return "other";
}

function changeDirectory(command: string, rest: Text[], reader: ShellReader): void {
  const { state } = reader;
  const words = [...rest];
  while (["-P", "-L", "-e", "-@", "--"].includes(words[0]?.text ?? "")) words.shift();
  const [word] = words;
  if (command === "cd" && word === undefined) {
    state.changeDirectory({ kind: "known", path: "~" });
    return;
  }
  const isClear =
    command !== "popd" &&
    word !== undefined &&
    words.length === 1 &&
    !word.expands &&
    !word.globs &&
    word.text !== "" &&
    !/^[-+]/.test(word.text);
  if (!isClear) {
    state.changeDirectory({ kind: "unknown" });
    return;
  }
  const { text } = word;
  if (/^[/~$]/.test(text)) state.changeDirectory({ kind: "known", path: text });
  else if (state.directory.kind === "known") {
    const path = `${state.directory.path}/${text}`;
    reader.keep(path);
    state.changeDirectory({ kind: "known", path });
  } else if (state.directory.kind === "none") state.changeDirectory({ kind: "known", path: text });
  else state.changeDirectory({ kind: "unknown" });
}

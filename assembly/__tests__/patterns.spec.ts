import { beginPath, isNamed, isOfDomain, isUnder } from "../condition/patterns";
import { WORD_TEXT } from "../gen/word-text";
import { layOutWords } from "../gen/words";

layOutWords(WORD_TEXT);

/** Text on this test's own heap; the engine itself has none. */
function bytesOf(text: string): ArrayBuffer {
  return String.UTF8.encode(text);
}

function under(path: string, pattern: string): bool {
  const one = bytesOf(path);
  const other = bytesOf(pattern);
  beginPath(changetype<usize>(one), one.byteLength, false);
  return isUnder(changetype<usize>(other), other.byteLength);
}

function named(path: string, pattern: string): bool {
  const one = bytesOf(path);
  const other = bytesOf(pattern);
  beginPath(changetype<usize>(one), one.byteLength, false);
  return isNamed(changetype<usize>(other), other.byteLength);
}

function mayBeUnder(path: string, pattern: string): bool {
  const one = bytesOf(path);
  const other = bytesOf(pattern);
  beginPath(changetype<usize>(one), one.byteLength, true);
  return isUnder(changetype<usize>(other), other.byteLength);
}

function mayBeNamed(path: string, pattern: string): bool {
  const one = bytesOf(path);
  const other = bytesOf(pattern);
  beginPath(changetype<usize>(one), one.byteLength, true);
  return isNamed(changetype<usize>(other), other.byteLength);
}

function ofDomain(host: string, domain: string): bool {
  const one = bytesOf(host);
  const other = bytesOf(domain);
  return isOfDomain(changetype<usize>(one), one.byteLength, changetype<usize>(other), other.byteLength);
}

describe("paths with wildcards", () => {
  it("fit what they may stand for", () => {
    expect<bool>(mayBeNamed("./.en*", ".env")).toBe(true);
    expect<bool>(mayBeNamed("./.e?v", ".env")).toBe(true);
    expect<bool>(mayBeNamed("./*.txt", ".env")).toBe(false);
    expect<bool>(mayBeNamed("./*nv", ".env")).toBe(false); // A wildcard at the beginning is no dot.
    expect<bool>(mayBeNamed("./id_*", "id_rsa*")).toBe(true);
    expect<bool>(mayBeNamed("./*.json", "*.pem")).toBe(false);
    expect<bool>(mayBeNamed("./*.json", "package.json")).toBe(false); // All files of a kind are none by its name.
    expect<bool>(mayBeNamed("./*.txt", "*password*")).toBe(false);
    expect<bool>(mayBeNamed("./[a-f]*.txt", "*password*")).toBe(false);
    expect<bool>(mayBeNamed("./[a-f]*.key", "*.key")).toBe(true);
    expect<bool>(mayBeNamed("./[a-f]x*.txt", "*password*")).toBe(true); // A letter of its own is not all of a kind.
    expect<bool>(mayBeNamed("./[.]env", "token.*")).toBe(true);
    expect<bool>(mayBeNamed("./*e.json", "package.json")).toBe(true);
    expect<bool>(mayBeNamed("./*.pem", "*.pem")).toBe(true);
    expect<bool>(mayBeNamed("./*oke*", "token")).toBe(true);
    expect<bool>(mayBeNamed("./*sub*", "token")).toBe(false);
    expect<bool>(mayBeNamed("./p?ssw?rd.txt", "*password*")).toBe(true);
    expect<bool>(mayBeNamed("./chapter*", "*password*")).toBe(false); // Nothing in it speaks for it.
    expect<bool>(mayBeNamed("./main.c*", "*.keychain")).toBe(false);
    expect<bool>(mayBeNamed("./*log", "*keylog*")).toBe(true);
    expect<bool>(mayBeNamed("./pa*", "*password*")).toBe(true);
    expect<bool>(mayBeNamed("./server.k*", "*.key")).toBe(true);
    expect<bool>(mayBeNamed("./image*.png", "*.key")).toBe(false);
    expect<bool>(mayBeNamed("./main[12]*", "*.key")).toBe(true);
    expect<bool>(mayBeUnder("/???/passwd", "/etc")).toBe(true);
    expect<bool>(mayBeUnder("/e*x/passwd", "/etc")).toBe(false);
    expect<bool>(mayBeUnder("/home/*/.ss[h]/x", "~/.ssh")).toBe(true);
    expect<bool>(mayBeUnder("./src/*.ts", ".git/hooks")).toBe(false);
    expect<bool>(mayBeUnder("./.gi?/hook*/x", ".git/hooks")).toBe(true);
  });
});

describe("path patterns", () => {
  it("match whole segments from the root", () => {
    expect<bool>(under("/etc/passwd", "/etc")).toBe(true);
    expect<bool>(under("/etc", "/etc")).toBe(true);
    expect<bool>(under("/etcetera", "/etc")).toBe(false);
    expect<bool>(under("/", "/etc")).toBe(false);
    expect<bool>(under("/ETC/shadow", "/etc")).toBe(true);
  });

  it("know a home directory by all its names", () => {
    expect<bool>(under("~/.ssh/id_rsa", "~/.ssh")).toBe(true);
    expect<bool>(under("/home/alice/.ssh/id_rsa", "~/.ssh")).toBe(true);
    expect<bool>(under("/Users/alice/.ssh", "~/.ssh")).toBe(true);
    expect<bool>(under("/root/.ssh/config", "~/.ssh")).toBe(true);
    expect<bool>(under("/c:/Users/bob/.ssh/id_rsa", "~/.ssh")).toBe(true);
    expect<bool>(under("/home/.ssh", "~/.ssh")).toBe(false);
    expect<bool>(under("/srv/alice/.ssh", "~/.ssh")).toBe(false);
  });

  it("find a bare run of segments anywhere", () => {
    expect<bool>(under("./work/.git/hooks/pre-commit", ".git/hooks")).toBe(true);
    expect<bool>(under("./.git/hooks", ".git/hooks")).toBe(true);
    expect<bool>(under("./.git/x/hooks", ".git/hooks")).toBe(false);
    expect<bool>(under(".", ".git")).toBe(false);
  });
});

describe("name patterns", () => {
  it("match the last segment, with stars", () => {
    expect<bool>(named("./keys/server.pem", "*.pem")).toBe(true);
    expect<bool>(named("/app/.env.local", ".env*")).toBe(true);
    expect<bool>(named("/app/.ENV", ".env")).toBe(true);
    expect<bool>(named("/app/env", ".env")).toBe(false);
    expect<bool>(named("./aa", "a*a")).toBe(true);
    expect<bool>(named("./a", "a*a")).toBe(false);
    expect<bool>(named("./old-credentials.json", "*credential*")).toBe(true);
    expect<bool>(named("./credentia", "*credential*")).toBe(false);
    expect<bool>(named("./abcabd", "*ab*bd")).toBe(true);
  });

  it("match nothing in a path without segments", () => {
    expect<bool>(named("/", "*")).toBe(false);
    expect<bool>(named("~", "*")).toBe(false);
    expect<bool>(named(".", "*")).toBe(false);
  });
});

describe("domains", () => {
  it("match themselves and what lies under them", () => {
    expect<bool>(ofDomain("acme.com", "acme.com")).toBe(true);
    expect<bool>(ofDomain("eu.acme.com", "acme.com")).toBe(true);
    expect<bool>(ofDomain("evilacme.com", "acme.com")).toBe(false);
    expect<bool>(ofDomain("com", "acme.com")).toBe(false);
  });
});

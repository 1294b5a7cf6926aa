/** Files as people drop or choose them, sorted by what they are. Nothing is read here but the beginning of single files. */

import type { Given } from "./messages.ts";

/** A file and its path from what was dropped or chosen. */
export interface GivenFile {
  readonly path: string;
  readonly file: File;
}

export const NOTHING_GIVEN: Given = {
  folder: "",
  log: new Map(),
  trust: undefined,
  keys: new Map(),
  proofs: [],
  bundle: undefined,
};

const KEY_NAME = /^[0-9a-f]{32}$/;
const KEY_BYTES = 32;
const PROOF_HEAD = "c2sp.org/tlog-proof@v1\n";
const ZIP_HEAD = "PK\u0003\u0004";

/** What a chooser of a folder or of files gave. */
export function filesOfChooser(files: FileList): GivenFile[] {
  return [...files].map((file) => ({
    path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
    file,
  }));
}

/** A folder or file as Chromium hands it out; not every browser does, and TypeScript's library has only half of it. */
interface Handle {
  readonly kind: "file" | "directory";
  readonly name: string;
  getFile(): Promise<File>;
  values(): AsyncIterable<Handle>;
}

interface DroppedItem {
  readonly kind: string;
  getAsFile(): File | null;
  webkitGetAsEntry(): FileSystemEntry | null;
  getAsFileSystemHandle?(): Promise<Handle | null>;
}

/** What was dropped, with everything in its folders. Has to be asked before the event is over. */
export function filesOfDrop(transfer: DataTransfer): Promise<GivenFile[]> {
  const items = [...transfer.items] as unknown as DroppedItem[];
  return Promise.all(items.filter(({ kind }) => kind === "file").map(filesOfItem)).then((lists) =>
    lists.flat(),
  );
}

/** All that can only be asked at once is asked before the first await. */
async function filesOfItem(item: DroppedItem): Promise<GivenFile[]> {
  const entry = item.webkitGetAsEntry();
  const file = item.getAsFile();
  if (entry?.isDirectory !== true) return file === null ? [] : [{ path: file.name, file }];
  const asked = item.getAsFileSystemHandle?.();
  // On a page that was itself opened from a disk, Chromium reads the entries of no folder; by handles it does.
  const handle = await asked?.catch(() => null);
  try {
    return handle == null ? await filesOfEntry(entry) : await filesOfHandle(handle, handle.name);
  } catch {
    throw new Error(
      `${entry.name}: this browser does not read a dropped folder here; choose it with the button.`,
    );
  }
}

async function filesOfHandle(handle: Handle, path: string): Promise<GivenFile[]> {
  if (handle.kind === "file") return [{ path, file: await handle.getFile() }];
  const found: GivenFile[] = [];
  for await (const inside of handle.values())
    found.push(...(await filesOfHandle(inside, `${path}/${inside.name}`)));
  return found;
}

async function filesOfEntry(entry: FileSystemEntry): Promise<GivenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  // A reader gives some at a time, and nothing at its end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(filesOfEntry))).flat();
}

/**
 * Puts what came with what was there: a new log or bundle takes the place of the old one, and a new trust file too.
 * @throws Error in words for people when a file is nothing that the page can read.
 */
export async function sorted(files: readonly GivenFile[], before: Given): Promise<Given> {
  const inFolders = files.filter(({ path }) => path.includes("/"));
  const singles = files.filter(({ path }) => !path.includes("/"));
  const areKeys = inFolders.length > 0 && inFolders.every(isKey);
  let given = before;
  if (inFolders.length > 0 && !areKeys) given = { ...given, ...logOf(inFolders) };
  const keys = [...(areKeys ? inFolders : []), ...singles.filter(isKey)];
  if (keys.length > 0) given = { ...given, keys: new Map([...given.keys, ...keys.map(keyOf)]) };
  for (const single of singles) if (!isKey(single)) given = await withSingle(given, single.file);
  return given;
}

function isKey({ path, file }: GivenFile): boolean {
  return file.size === KEY_BYTES && KEY_NAME.test(nameOf(path));
}

function keyOf({ path, file }: GivenFile): readonly [string, File] {
  return [nameOf(path), file];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** One folder is that of the log; several are what lies in it. */
function logOf(files: readonly GivenFile[]): Pick<Given, "folder" | "log" | "bundle"> {
  const tops = new Set(files.map(({ path }) => path.slice(0, path.indexOf("/"))));
  const [folder = ""] = tops;
  if (tops.size > 1)
    return { folder: "", log: new Map(files.map(({ path, file }) => [path, file])), bundle: undefined };
  const log = new Map(files.map(({ path, file }) => [path.slice(folder.length + 1), file]));
  return { folder, log, bundle: undefined };
}

async function withSingle(given: Given, file: File): Promise<Given> {
  const head = await file.slice(0, PROOF_HEAD.length).text();
  if (head === PROOF_HEAD) return { ...given, proofs: [...given.proofs, file] };
  if (head.startsWith(ZIP_HEAD)) return { ...given, folder: "", log: new Map(), bundle: file };
  if (/^\s*\{/.test(head)) return { ...given, trust: file };
  throw new Error(
    `${file.name}: wanted the folder of a log, an evidence bundle (ZIP), a trust file (JSON), a key of a subject or a tlog-proof; came another file.`,
  );
}

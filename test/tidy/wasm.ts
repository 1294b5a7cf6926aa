/**
 * Reads a WebAssembly binary far enough to say what it is made of. Knows the instructions the engine may
 * use and stops at any other, so that a feature nobody thought of fails the test instead of passing unseen.
 */

export interface WasmShape {
  readonly imports: readonly string[];
  /** `name kind`, in the order of the file; kind is function, table, memory or global. */
  readonly exports: readonly string[];
  /** Pages of 64 KiB; max is undefined when the module sets none. */
  readonly memories: readonly { readonly minPages: number; readonly maxPages: number | undefined }[];
  readonly hasStart: boolean;
  /** How often a kind of instruction that the engine must not use occurs. */
  readonly counts: Readonly<Record<Unwanted, number>>;
}

export type Unwanted = "float" | "memory.grow" | "call_indirect";

const KINDS = ["function", "table", "memory", "global"] as const;
const FLOAT_TYPES = new Set([0x7c, 0x7d]);

class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined || this.at >= this.end) throw new Error(`wasm: ends at byte ${this.at}`);
    this.at += 1;
    return value;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte();
      value += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) return value;
    }
    throw new Error(`wasm: number too long at byte ${this.at}`);
  }

  /** Any LEB128, signed or not, whose value does not matter. */
  skipLeb(): void {
    while (this.byte() >= 0x80);
  }

  skip(count: number): void {
    for (let at = 0; at < count; at += 1) this.byte();
  }

  name(): string {
    const length = this.u32();
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, this.at + length));
    this.skip(length);
    return text;
  }
}

interface Tally {
  imports: string[];
  exports: string[];
  memories: { minPages: number; maxPages: number | undefined }[];
  hasStart: boolean;
  counts: Record<Unwanted, number>;
}

function valueType(reader: Reader, tally: Tally): void {
  if (FLOAT_TYPES.has(reader.byte())) tally.counts.float += 1;
}

function limits(reader: Reader): { minPages: number; maxPages: number | undefined } {
  const flags = reader.byte();
  if (flags > 1) throw new Error(`wasm: memory or table flags ${flags}, wanted 0 or 1`);
  const minPages = reader.u32();
  return { minPages, maxPages: flags === 1 ? reader.u32() : undefined };
}

/** What follows an opcode: nothing, so many LEB128 numbers, so many plain bytes, or a jump table. */
interface Opcode {
  readonly lebs?: number;
  readonly bytes?: number;
  readonly jumpTable?: boolean;
  readonly unwanted?: Unwanted;
}

function opcodeTable(): ReadonlyMap<number, Opcode> {
  const table = new Map<number, Opcode>();
  const put = (first: number, last: number, opcode: Opcode): void => {
    for (let code = first; code <= last; code += 1) table.set(code, opcode);
  };
  put(0x00, 0x01, {}); // unreachable, nop
  put(0x02, 0x04, { lebs: 1 }); // block, loop, if
  put(0x05, 0x05, {}); // else
  put(0x0b, 0x0b, {}); // end
  put(0x0c, 0x0d, { lebs: 1 }); // br, br_if
  put(0x0e, 0x0e, { jumpTable: true }); // br_table
  put(0x0f, 0x0f, {}); // return
  put(0x10, 0x10, { lebs: 1 }); // call
  put(0x11, 0x11, { lebs: 2, unwanted: "call_indirect" });
  put(0x1a, 0x1b, {}); // drop, select
  put(0x20, 0x24, { lebs: 1 }); // local and global access
  put(0x28, 0x3e, { lebs: 2 }); // loads and stores
  for (const code of [0x2a, 0x2b, 0x38, 0x39]) table.set(code, { lebs: 2, unwanted: "float" });
  put(0x3f, 0x3f, { bytes: 1 }); // memory.size
  put(0x40, 0x40, { bytes: 1, unwanted: "memory.grow" });
  put(0x41, 0x42, { lebs: 1 }); // i32.const, i64.const
  put(0x43, 0x43, { bytes: 4, unwanted: "float" });
  put(0x44, 0x44, { bytes: 8, unwanted: "float" });
  put(0x45, 0x5a, {}); // integer comparisons
  put(0x5b, 0x66, { unwanted: "float" });
  put(0x67, 0x8a, {}); // integer arithmetic
  put(0x8b, 0xa6, { unwanted: "float" });
  put(0xa7, 0xa7, {}); // i32.wrap_i64
  put(0xa8, 0xab, { unwanted: "float" });
  put(0xac, 0xad, {}); // i64.extend_i32
  put(0xae, 0xbf, { unwanted: "float" });
  put(0xc0, 0xc4, {}); // sign extension
  return table;
}

/** Opcodes after the prefix 0xfc: eight float conversions, memory.copy (two memories), memory.fill (one). */
function prefixedTable(): ReadonlyMap<number, Opcode> {
  const table = new Map<number, Opcode>();
  for (let code = 0; code <= 7; code += 1) table.set(code, { unwanted: "float" });
  table.set(10, { bytes: 2 });
  table.set(11, { bytes: 1 });
  return table;
}

const OPCODES = opcodeTable();
const PREFIX = 0xfc;
const PREFIXED = prefixedTable();

/** Reads the operands of one instruction and counts it when it is unwanted. */
function instruction(code: number, reader: Reader, tally: Tally): void {
  const second = code === PREFIX ? reader.u32() : undefined;
  const opcode = second === undefined ? OPCODES.get(code) : PREFIXED.get(second);
  if (!opcode) {
    const name = `0x${code.toString(16)}${second === undefined ? "" : ` ${second}`}`;
    throw new Error(`wasm: instruction ${name} before byte ${reader.at} is not one the engine may use`);
  }
  if (opcode.unwanted) tally.counts[opcode.unwanted] += 1;
  // A jump table holds a count, so many labels, and the default label.
  const lebs = opcode.jumpTable ? reader.u32() + 1 : (opcode.lebs ?? 0);
  for (let at = 0; at < lebs; at += 1) reader.skipLeb();
  reader.skip(opcode.bytes ?? 0);
}

function section(id: number, reader: Reader, tally: Tally): void {
  if (id === 0 || id === 12) return;
  if (id === 8) {
    tally.hasStart = true;
    return;
  }
  const count = reader.u32();
  for (let at = 0; at < count; at += 1) {
    if (id === 1) {
      if (reader.byte() !== 0x60) throw new Error("wasm: a type that is not a function");
      for (let list = 0; list < 2; list += 1) {
        const types = reader.u32();
        for (let type = 0; type < types; type += 1) valueType(reader, tally);
      }
    } else if (id === 2) {
      tally.imports.push(`${reader.name()}.${reader.name()}`);
      const kind = reader.byte();
      if (kind === 0) reader.u32();
      else if (kind === 3) reader.skip(2);
      else {
        if (kind === 1) reader.byte();
        limits(reader);
      }
    } else if (id === 5) {
      tally.memories.push(limits(reader));
    } else if (id === 7) {
      const name = reader.name();
      tally.exports.push(`${name} ${KINDS[reader.byte()] ?? "unknown"}`);
      reader.u32();
    } else if (id === 6) {
      valueType(reader, tally);
      reader.byte();
      for (let opcode = reader.byte(); opcode !== 0x0b; opcode = reader.byte()) {
        instruction(opcode, reader, tally);
      }
    } else if (id === 10) {
      const bodyEnd = reader.u32() + reader.at;
      const locals = reader.u32();
      for (let local = 0; local < locals; local += 1) {
        reader.u32();
        valueType(reader, tally);
      }
      while (reader.at < bodyEnd) instruction(reader.byte(), reader, tally);
    } else {
      return;
    }
  }
}

export function readWasm(bytes: Uint8Array): WasmShape {
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  if (header.some((byte, at) => bytes[at] !== byte)) throw new Error("wasm: wanted the version 1 header");
  const tally: Tally = {
    imports: [],
    exports: [],
    memories: [],
    hasStart: false,
    counts: { float: 0, "memory.grow": 0, call_indirect: 0 },
  };
  const outer = new Reader(bytes, header.length, bytes.length);
  while (outer.at < bytes.length) {
    const id = outer.byte();
    const length = outer.u32();
    section(id, new Reader(bytes, outer.at, outer.at + length), tally);
    outer.at += length;
  }
  return tally;
}

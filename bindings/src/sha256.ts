/**
 * SHA-256 (FIPS 180-4) for the places where no engine is loaded yet: checking the engine file itself, compiling an
 * image, re-hashing a record. Decisions never pass through here; the engine hashes its own bytes.
 */

const ROUND_CONSTANTS = new Int32Array(64);
const INITIAL_STATE = new Int32Array(8);

// The constants are the first 32 fractional bits of the cube and square roots of the first primes. Computing them
// with whole numbers is shorter than listing them and cannot hide a typing error.
function rootBits(prime: number, degree: 2 | 3): number {
  const target = BigInt(prime) << BigInt(32 * degree);
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= target) low = middle;
    else high = middle;
  }
  return Number(BigInt.asIntN(32, low));
}

/** At the first digest and not at import: a program that only decides never needs them. */
function fillConstants(): void {
  let primeCount = 0;
  for (let candidate = 2; primeCount < 64; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (divisor * divisor <= candidate) continue;
    ROUND_CONSTANTS[primeCount] = rootBits(candidate, 3);
    if (primeCount < 8) INITIAL_STATE[primeCount] = rootBits(candidate, 2);
    primeCount++;
  }
}

const schedule = new Int32Array(64);

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function compress(state: Int32Array, view: DataView, at: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] as number;
    const y = w[i - 2] as number;
    const small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[i] = ((w[i - 16] as number) + small0 + (w[i - 7] as number) + small1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let i = 0; i < 64; i++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choose = g ^ (e & (f ^ g));
    const first = (h + big1 + choose + (ROUND_CONSTANTS[i] as number) + (w[i] as number)) | 0;
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) | (c & (a | b));
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + big0 + majority) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

/** The 32-byte digest of the parts, hashed as if they stood in one piece. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  if (INITIAL_STATE[0] === 0) fillConstants();
  const state = INITIAL_STATE.slice();
  const block = new Uint8Array(64);
  const blockView = new DataView(block.buffer);
  let filledBytes = 0;
  let totalBytes = 0;
  for (const part of parts) {
    totalBytes += part.length;
    const view = new DataView(part.buffer, part.byteOffset, part.length);
    let at = 0;
    while (at < part.length) {
      if (filledBytes === 0 && part.length - at >= 64) {
        compress(state, view, at);
        at += 64;
        continue;
      }
      const taken = Math.min(64 - filledBytes, part.length - at);
      block.set(part.subarray(at, at + taken), filledBytes);
      filledBytes += taken;
      at += taken;
      if (filledBytes === 64) {
        compress(state, blockView, 0);
        filledBytes = 0;
      }
    }
  }
  block[filledBytes] = 0x80;
  block.fill(0, filledBytes + 1);
  if (filledBytes >= 56) {
    compress(state, blockView, 0);
    block.fill(0);
  }
  blockView.setUint32(56, Math.floor(totalBytes / 0x20000000));
  blockView.setUint32(60, (totalBytes << 3) >>> 0);
  compress(state, blockView, 0);
  const digest = new Uint8Array(32);
  const digestView = new DataView(digest.buffer);
  for (let i = 0; i < 8; i++) digestView.setInt32(4 * i, state[i] as number);
  return digest;
}

/**
 * The digest of a whole file, by the platform where it has one: in a fresh process that is ten times as fast. The bytes
 * must not change before the promise is kept.
 */
export async function sha256OfFile(bytes: Uint8Array): Promise<Uint8Array> {
  // Pages that did not come over TLS have no `subtle`.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return sha256(bytes);
  return new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hex of bytes. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Bytes of hex text, or undefined when it is not an even number of hex digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Damage that knows nothing of what the bytes mean. */
import type { Random } from "../differential/random.ts";
import type { Draft } from "./draft.ts";

/** Bytes that mean something in one of the formats, or are at the edge of something. */
const TELLING = [
  0x00, 0x01, 0x1f, 0x20, 0x2e, 0x2f, 0x40, 0x5c, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2,
  0xc4, 0xc6, 0xca, 0xcb, 0xcf, 0xd3, 0xd4, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xed, 0xf4, 0xf5, 0xff,
] as const;
const ROOM = new Uint8Array(16);

export function damage(draft: Draft, random: Random): void {
  const { bytes, size } = draft;
  if (size === 0) {
    draft.splice(0, 0, Uint8Array.of(random.pick(TELLING)));
    return;
  }
  const at = random.below(size);
  switch (random.below(8)) {
    case 0:
    case 1:
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      break;
    case 2:
    case 3:
      bytes[at] = random.pick(TELLING);
      break;
    case 4:
      bytes[at] = ((bytes[at] as number) + (random.chance(50) ? 1 : 255)) & 0xff;
      break;
    case 5: {
      const more = ROOM.subarray(0, random.between(1, ROOM.length));
      for (let i = 0; i < more.length; i++)
        more[i] = random.chance(50) ? random.pick(TELLING) : random.below(256);
      draft.splice(at, at, more);
      break;
    }
    case 6:
      draft.cut(at, Math.min(size, at + random.between(1, 8)));
      break;
    default:
      if (random.chance(30)) draft.size = at;
      else draft.copy(at, Math.min(size, at + random.between(1, 40)), random.below(size + 1));
  }
}

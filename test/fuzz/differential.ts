/**
 * Target `differential`: the engine against the second model, on the requests of the differential test, for as long as one
 * likes. An input is the number of a round; a round is one policy and a hundred requests.
 */
import { compareMany, defaultImage, organisationImage } from "../differential/both.ts";
import { catalogueImage, randomImage } from "../differential/images.ts";
import { Random } from "../differential/random.ts";
import { writeImage } from "../model/image-writer.ts";
import { packCase } from "./cases.ts";
import { Corpus } from "./corpus.ts";
import { Broken, type Outcome, type Target } from "./target.ts";

const CASES_A_ROUND = 100;

export class DifferentialTarget implements Target {
  readonly corpus = new Corpus();
  readonly #random: Random;
  readonly #base = defaultImage();
  readonly #organisation = organisationImage();

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  next(): Uint8Array {
    const input = new Uint8Array(4);
    new DataView(input.buffer).setUint32(0, this.#random.next(), true);
    return input;
  }

  check(input: Uint8Array): Outcome {
    const seed = new DataView(input.buffer, input.byteOffset, 4).getUint32(0, true);
    const random = new Random(seed);
    const { what, image } = this.#imageOf(random);
    const statuses = new Set<string>();
    let accepted = 0;
    const difference = compareMany(image, random, CASES_A_ROUND, (code) => {
      statuses.add(code);
      if (code === "ok") accepted++;
    });
    if (difference !== null) {
      const { at, found, request } = difference;
      throw new Broken("difference", `round 0x${seed.toString(16)}, ${what}, case ${at}: ${found}`, {
        target: "images",
        input: packCase({ image, requests: [request] }),
      });
    }
    const signature = [...statuses].sort().join("+");
    return { status: what, accepted, signature, cases: CASES_A_ROUND };
  }

  /** Which policy a round is about: mostly a random one, because the shipped ones never change. */
  #imageOf(random: Random): { what: string; image: Uint8Array } {
    const share = random.below(100);
    if (share < 25) return { what: "base", image: this.#base };
    if (share < 45) return { what: "organisation", image: this.#organisation };
    if (share < 47) return { what: "catalogue", image: writeImage(catalogueImage(random)) };
    return { what: "random", image: writeImage(randomImage(random)) };
  }
}

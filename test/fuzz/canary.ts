/**
 * Targets `canary` and `canary-hang`: engines that are wrong on purpose, for a request that comes up once in a few hundred.
 * A run of them passes when the fuzzer finds that out; one that finds nothing could not have found anything else either.
 */
import { engineModule } from "../differential/both.ts";
import { Engine } from "./engine.ts";
import { RequestsTarget } from "./requests.ts";

const VERDICT_AT = 8;

/** What makes these engines wrong: a piece that mutations put into texts, and that no request begins with. */
function isRare(request: Uint8Array): boolean {
  return Buffer.from(request.buffer, request.byteOffset, request.length).includes("XMLHttp");
}

/** Answers allow where the record says review or deny. */
class PermissiveEngine extends Engine {
  protected override ask(size: number): number {
    const status = super.ask(size);
    if (status === 0 && this.verdict !== 0 && isRare(this.draft.subarray(0, size))) {
      this.memory[this.exports.RESULT_AT.value + VERDICT_AT] = 0;
    }
    return status;
  }
}

/** Does not come back. */
class EndlessEngine extends Engine {
  protected override ask(size: number): number {
    while (size <= this.draft.length && isRare(this.draft.subarray(0, size))) {
      // Until the main thread ends this one.
    }
    return super.ask(size);
  }
}

export function permissiveTarget(seed: number): RequestsTarget {
  return new RequestsTarget(seed, () => new PermissiveEngine(engineModule()), []);
}

export function endlessTarget(seed: number): RequestsTarget {
  return new RequestsTarget(seed, () => new EndlessEngine(engineModule()), []);
}

import { func, object } from "@dagger.io/dagger"

/** Functions that do nothing: what a call costs before any work. */
@object()
export class BenchHop {
  /** Answered from the engine's function cache after the first time. */
  @func()
  cached(): string {
    return "nothing"
  }

  /** Starts the module's process every time. */
  @func({ cache: "never" })
  uncached(): string {
    return "nothing"
  }
}

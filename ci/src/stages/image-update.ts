import { dag, File, func, object } from "@dagger.io/dagger"

/** A pipeline.yaml whose `images` name what the registries have now. */
@object()
export class ImageUpdate {
  /** What would change, as `diff -u` shows it; empty when nothing would. */
  @func()
  diff: string
  /** What became of each tag, one a line. */
  @func()
  summary: string

  private readonly text: string

  constructor(
    /** What would change. */
    diff: string,
    /** What became of each tag. */
    summary: string,
    /** The whole file. */
    text: string,
  ) {
    this.diff = diff
    this.summary = summary
    this.text = text
  }

  /** The file itself, to be written with `-o pipeline.yaml`. */
  @func({ cache: "never" })
  file(): File {
    return dag.directory().withNewFile("pipeline.yaml", this.text).file("pipeline.yaml")
  }
}

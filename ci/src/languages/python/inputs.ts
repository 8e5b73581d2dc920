/** What an installation of Python packages starts from. Paths are from the repository's root. */
export interface PythonInputs {
  /** Texts of everything that the installation reads, by path. */
  files: Map<string, string>
  shipped: Installation
  /** All requirements of the service's own that are shipped; absent when only a program can tell. */
  shippedTexts?: string[]
  /** All that the tests get; undefined when that is the same as what is shipped. */
  tests?: Installation
  /** What is wrong, each with file, line and next step. */
  problems: string[]
  warnings: string[]
}

/** One virtual environment. */
export type Installation =
  | {
      requirements: string[]
      /** Files whose versions win over those that libraries ask for. */
      overrides: string[]
    }
  | {
      /** Shell command that prints requirements: the program that made the lock reads it best. */
      export: string
    }

/** What change detection needs to know of the configuration; `Config` fits. */
export interface ChangeConfig {
  readonly services: readonly ServiceUnit[]
  readonly libraries: readonly LibraryUnit[]
  /** Tests of several services, which they depend on. */
  readonly integration?: readonly ServiceUnit[]
  readonly changes: ChangeRules
}

/** Repository-wide rules. */
export interface ChangeRules {
  /** Globs of files that concern every service. */
  readonly global: readonly string[]
  /** Globs of files that concern no service. */
  readonly ignore: readonly string[]
}

/** A folder of code that others can depend on. */
export interface LibraryUnit {
  readonly name: string
  /** Relative to the repository's root, which is ".". */
  readonly path: string
  readonly dependsOn: readonly string[]
}

/** A service, as far as change detection looks at it. */
export interface ServiceUnit extends LibraryUnit {
  /** Relative to the repository's root. */
  readonly dockerfile?: string
  /** Globs from the repository's root. */
  readonly inputs: readonly string[]
  /** Globs inside `path`. */
  readonly ignore: readonly string[]
  readonly needs: readonly { readonly name: string }[]
  readonly always: boolean
  readonly build: { readonly context: "service" | "repository" }
}

/** A service, a library or an integration test. */
export type Unit = LibraryUnit & Partial<ServiceUnit>

/** Everything that can own files, in a fixed order. */
export function allUnits(config: ChangeConfig): Unit[] {
  return [...runnable(config), ...config.libraries].sort((a, b) => compareText(a.name, b.name))
}

/** What a plan says of a service or an integration test itself. */
export interface PlannedUnit {
  name: string
  integration?: true
}

/** The services and the integration tests, by name. */
export function plannedUnits({ services, integration = [] }: ChangeConfig): PlannedUnit[] {
  return [
    ...services.map(({ name }) => ({ name })),
    ...integration.map(({ name }) => ({ name, integration: true as const })),
  ].sort((a, b) => compareText(a.name, b.name))
}

/** Services and integration tests alike. */
export function runnable({ services, integration = [] }: ChangeConfig): ServiceUnit[] {
  return [...services, ...integration]
}

/** Orders text by its code units, whatever the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

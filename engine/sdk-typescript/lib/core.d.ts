/**
 * The types of core.js that modules and their generated client see: the public
 * part of `@dagger.io/dagger` that the SDK gives to modules.
 */

/** Anything that can be constructed. */
export type Class = new (...args: any[]) => any

/** Where the SDK writes what it logs, and from which folder it works. */
export interface ConnectOpts {
  Workdir?: string
  LogOutput?: import("node:stream").Writable
}

export type CallbackFct = (client: import("./client.gen.js").Client) => Promise<void>

/** How long the engine may reuse a function's result: "never", "session", or a duration such as "1h". */
export type FunctionOptions = { alias?: string; cache?: string }

export type ArgumentOptions = { defaultPath?: string; ignore?: string[] }

/** A query in the making; every method of the generated client adds to one. */
export declare class Context {
  constructor(queryTree?: unknown[], connection?: unknown)
  getGQLClient(): any
  copy(): Context
  select(operation: string, args?: Record<string, unknown>): Context
  execute<T>(): Promise<T>
}

export declare const object: () => <T extends Class>(constructor: T) => T
export declare const enumType: () => <T extends Class>(constructor: T) => T
export declare const func: (
  options?: FunctionOptions | string,
) => (target: object, propertyKey: string | symbol, descriptor?: PropertyDescriptor) => void
export declare const check: () => (
  target: object,
  propertyKey: string | symbol,
  descriptor?: PropertyDescriptor,
) => void
export declare const field: (alias?: string) => (target: object, propertyKey: string) => void
export declare const argument: (
  options?: ArgumentOptions,
) => (target: object, propertyKey: string | undefined, parameterIndex: number) => void

export declare function connection(
  callback: () => Promise<void>,
  options?: ConnectOpts,
): Promise<void>
export declare function connect(callback: CallbackFct, options?: ConnectOpts): Promise<void>
export declare function entrypoint(files: string[]): Promise<void>

/** Starts spans that show up in the engine's progress. */
export declare class Tracer {
  startSpan(name: string, attributes?: Record<string, string | number | boolean>): { end(): void }
  startActiveSpan<T>(
    name: string,
    callback: (span: { setAttribute(name: string, value: unknown): unknown }) => Promise<T>,
    attributes?: Record<string, string | number | boolean>,
  ): Promise<T>
}
export declare function getTracer(name?: string): Tracer

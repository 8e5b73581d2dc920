import { descriptions } from "./sdk.js"

/**
 * What the SDK's scan found in a module, as JSON and back.
 *
 * The scan needs the TypeScript compiler and takes over a second; calling a
 * function needs only its result. So the scan runs once per change of the
 * module, in a cached layer, and every call revives what it wrote. Objects keep
 * their SDK class (tagged by name), because the SDK's invocation code asks with
 * `instanceof` and calls their methods.
 */
const TAG = "__class"
const LOCATION = "__location"

/** References into the compiler's tree: only the scan itself follows them. */
const COMPILER_REFERENCES = new Set(["ast", "node", "__node", "symbol", "signature", "userModule"])

/** Writes a scanned module as JSON text. */
export function serialise(scanned: object): string {
  return JSON.stringify(plain(scanned))
}

/** Gives back the module that `serialise` wrote, without compiler references. */
export function revive(text: string): InstanceType<typeof descriptions.DaggerModule> {
  return instance(JSON.parse(text)) as InstanceType<typeof descriptions.DaggerModule>
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value)
    .filter(([name]) => !COMPILER_REFERENCES.has(name))
    .map(([name, member]) => [name, plain(member)])
  const className = value.constructor.name
  if (className in descriptions) entries.push([TAG, className])
  // Asks the compiler's tree where something is declared.
  if (isLocatable(value)) entries.push([LOCATION, value.getLocation()])
  return Object.fromEntries(entries)
}

function isLocatable(value: object): value is { getLocation(): object } {
  return "getLocation" in value && typeof value.getLocation === "function"
}

function instance(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(instance)
  if (typeof value !== "object" || value === null) return value
  const { [TAG]: className, [LOCATION]: location, ...members } = value as Record<string, unknown>
  const revived = Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, instance(member)]),
  )
  const located = location === undefined ? {} : { getLocation: { value: () => location } }
  return Object.assign(Object.create(prototypeOf(className), located), revived)
}

/** Of a class that the SDK exports; others it only reads. */
function prototypeOf(className: unknown): object {
  if (typeof className !== "string") return Object.prototype
  return (descriptions[className as keyof typeof descriptions] as { prototype: object }).prototype
}

import type { Service } from "./types.js"

/** Whether an image is built of a service: by its Dockerfile, or the standard one of its language. */
export function hasImage({ dockerfile, build }: Service): boolean {
  return dockerfile !== undefined || build.command !== undefined
}

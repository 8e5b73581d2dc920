import type { Service } from "../../../ci/src/config/index.js"
import { parseConfig } from "../../../ci/src/config/index.js"
import type { Project } from "../../../ci/src/languages/language.js"
import type { RepositoryFiles } from "../../../ci/src/languages/repository-files.js"

/** Files of a repository, by path. */
export function repository(texts: Record<string, string>): RepositoryFiles {
  return {
    paths: Object.keys(texts),
    has: (path) => path in texts,
    read: async (path) => {
      const text = texts[path]
      if (text === undefined) throw new Error(`read without asking whether there is a ${path}`)
      return text
    },
  }
}

/** The service at services/api of a repository with these files. */
export function project(
  texts: Record<string, string>,
  { libraries = [] as string[], ...fields }: Partial<Service> & { libraries?: string[] } = {},
): Project {
  const entry = { name: "api", path: "services/api", language: "python", test_command: "pytest" }
  const text = JSON.stringify([entry])
  const { config } = parseConfig({ services: { path: "services.json", text } })
  return {
    service: { ...(config?.services[0] as Service), ...fields },
    libraries,
    files: repository(texts),
  }
}

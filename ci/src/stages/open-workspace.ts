import { lazily } from "../changes/lazily.js"
import type { Service } from "../config/index.js"
import { resolveBaseImages } from "./base-images.js"
import { packContent } from "./content.js"
import { repositoryFiles } from "./repository-files.js"
import { scan } from "./scan.js"
import { undeclaredDependencies } from "./undeclared.js"
import type { Workspace } from "./workspace.js"

/** What a run starts from. */
export type RunInputs = Omit<Workspace, "content" | "images" | "repository" | "undeclared" | "scan">

/**
 * Prepares what the stages of some services work on.
 *
 * @param services all that are built, tested or started
 * @param scanned those among them that are scanned
 */
export async function openWorkspace(
  inputs: RunInputs,
  services: Service[],
  scanned: readonly Service[] = [],
): Promise<Workspace> {
  const { source, files, config } = inputs
  const repository = repositoryFiles(source, files)
  return {
    ...inputs,
    content: packContent(source, files, config, services),
    images: await resolveBaseImages(config, services, repository),
    repository,
    undeclared: undeclaredDependencies(source, files, config, services),
    scan: lazily(() => scan({ ...inputs, services: scanned, tools: [] })),
  }
}

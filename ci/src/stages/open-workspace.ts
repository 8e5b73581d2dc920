import type { Service } from "../config/index.js"
import { resolveBaseImages } from "./base-images.js"
import { packContent } from "./content.js"
import { repositoryFiles } from "./repository-files.js"
import { undeclaredDependencies } from "./undeclared.js"
import type { Workspace } from "./workspace.js"

/** What a run starts from. */
export type RunInputs = Omit<Workspace, "content" | "images" | "repository" | "undeclared">

/** Prepares what the stages of some services work on. */
export async function openWorkspace(inputs: RunInputs, services: Service[]): Promise<Workspace> {
  const { source, files, config } = inputs
  const repository = repositoryFiles(source, files)
  return {
    ...inputs,
    content: packContent(source, files, config, services),
    images: await resolveBaseImages(config, services, repository),
    repository,
    undeclared: undeclaredDependencies(source, files, config, services),
  }
}

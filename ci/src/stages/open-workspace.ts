import { lazily } from "../changes/lazily.js"
import type { Service } from "../config/index.js"
import { resolveBaseImages } from "./base-images.js"
import { packContent } from "./content.js"
import { repositoryFiles } from "./repository-files.js"
import { lookAtBases } from "./scan-image.js"
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
 * @param unchanged those beside them whose earlier findings are carried forward
 */
export async function openWorkspace(
  inputs: RunInputs,
  services: Service[],
  scanned: readonly Service[] = [],
  unchanged: readonly Service[] = [],
): Promise<Workspace> {
  const { source, files, config } = inputs
  const repository = repositoryFiles(source, files)
  const images = await resolveBaseImages(config, services, repository)
  const content = packContent(source, files, config, services)
  const everything = lazily(async () => packContent(source, files, config, config.services))
  const digestOf = async (service: Service) =>
    (services.includes(service) ? content : await everything()).digestOf(service)
  const bases = () => lookAtBases({ ...inputs, repository, images }, scanned)
  return {
    ...inputs,
    content,
    images,
    repository,
    undeclared: undeclaredDependencies(source, files, config, services),
    scan: lazily(() =>
      scan({ ...inputs, services: scanned, unchanged, tools: [], beside: bases, digestOf }),
    ),
  }
}

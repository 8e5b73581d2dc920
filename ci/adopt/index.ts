/** Proposes the configuration of a repository that has none yet: what `./pipeline init` shows. */
export { propose } from "./propose.js"
export { daggerText, findings, pipelineText, servicesText, workflowText } from "./texts.js"

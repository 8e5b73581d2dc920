export { chooseTools } from "./choose.js"
export type { ChosenTools } from "./choose.js"
export { gitleaksHistory } from "./gitleaks.js"
export { incompleteReport, interpret, skippedReport } from "./interpret.js"
export { leftOutReports } from "./left-out.js"
export { policyReport } from "./policy.js"
export type { Dockerfiles } from "./policy.js"
export { DATABASE, FILES, HISTORY, IMAGE, IMAGE_FILES, OUTPUT, RULES } from "./scanner.js"
export type {
  Need,
  Reading,
  ScanJob,
  Scanner,
  ScannerInput,
  ToolOutput,
  ToolSource,
} from "./scanner.js"
export { VERSIONS } from "./versions.js"
export { scopeOf } from "./scope.js"
export type { Scope } from "./scope.js"
export { DATABASE_FILES, fetchDatabase, SBOMS, trivyImage, trivyImageFiles } from "./trivy.js"
export { SCANNERS, UNAVAILABLE } from "./table.js"

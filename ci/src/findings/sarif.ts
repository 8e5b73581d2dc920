/** The part of SARIF 2.1.0 that this program writes. */

export const SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

export interface SarifLog {
  $schema: string
  version: "2.1.0"
  runs: SarifRun[]
}

export interface SarifRun {
  tool: {
    driver: {
      name: string
      fullName: string
      version: string
      semanticVersion?: string
      informationUri: string
      rules: SarifRule[]
    }
  }
  automationDetails: { id: string }
  invocations: SarifInvocation[]
  columnKind: "utf16CodeUnits"
  results: SarifResult[]
}

export interface SarifInvocation {
  executionSuccessful: boolean
  toolExecutionNotifications: { level: "error" | "warning" | "note"; message: { text: string } }[]
}

export interface SarifRule {
  id: string
  /** Absent when it would only repeat the id. */
  name?: string
  shortDescription: { text: string }
  fullDescription: { text: string }
  help: { text: string; markdown: string }
  helpUri?: string
  defaultConfiguration: { level: SarifLevel }
  properties: { tags: string[]; precision: string; "security-severity"?: string }
}

export type SarifLevel = "error" | "warning" | "note"

export interface SarifResult {
  ruleId: string
  ruleIndex: number
  level: SarifLevel
  message: { text: string }
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: string; uriBaseId: "%SRCROOT%" }
        region: SarifRegion
      }
    },
  ]
  partialFingerprints: Record<string, string>
  properties: {
    services: string[]
    detectedBy: string[]
    ids: string[]
    severity: string
    package?: string
  }
}

export interface SarifRegion {
  startLine: number
  startColumn?: number
  endLine?: number
  endColumn?: number
}

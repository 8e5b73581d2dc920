import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse, parseAllDocuments } from "yaml"
import type { TestRepository } from "./repository.js"
import { exampleRepository } from "./repository.js"

/* Not part of `npm test`: the engine builds helm, which takes minutes once. */

const MODULE = "github.com/dagger/dagger"
const HELM = "helm.sh/helm/v3/cmd/helm@v3.18.4"
/** The oldest and the newest that a cluster may have, and one between them. */
const KUBERNETES = ["1.30", "1.34", "1.37"]
const VALUES = "docs/kubernetes-values.yaml"

/**
 * The chart lies beside the engine's sources, and so does the schema of the engine's settings: both in the version
 * that the kit builds, by the kit's own sums.
 */
const RENDER = `
cd /kit
go mod download ${MODULE}
source=$(go list -m -f '{{.Dir}}' ${MODULE})
mkdir /out
cp $source/docs/static/reference/engine.schema.json /out/
cp -r $source/helm/dagger /chart
/go/bin/helm lint --strict /chart --values /values.yaml
/go/bin/helm template ci /chart --namespace dagger --values /values.yaml > /out/manifests.yaml
`

/** The engine's schema calls every key required, which the engine does not: its own guide leaves them out. */
const CHECK = `
for version in ${KUBERNETES.join(" ")}; do
  kubernetes-validate --strict -k $version /out/manifests.yaml
done
python - <<END
import json, jsonschema, yaml
def optional(schema):
    schema.pop("required", None)
    return schema
schema = json.load(open("/out/engine.schema.json"), object_hook=optional)
for one in yaml.safe_load_all(open("/out/manifests.yaml")):
    if one["kind"] == "ConfigMap":
        jsonschema.validate(json.loads(one["data"]["engine.json"]), schema)
        print("engine.json is valid")
END
`

interface Manifest {
  kind: string
  data?: Record<string, string>
  spec?: { template: { spec: Record<string, unknown> } }
}

let repository: TestRepository
let manifests: Manifest[] = []

beforeAll(async () => {
  repository = exampleRepository()
  repository.write("scripts/render.sh", RENDER)
  repository.write("scripts/check.sh", CHECK)
  const { exitCode, output } = await repository.shell(
    [
      "dagger -q core container from --address=golang:1.26-bookworm",
      `with-exec --args=go,install,${HELM}`,
      `with-file --path=/values.yaml --source=${VALUES}`,
      "with-directory --path=/kit --source=engine/gomod",
      "with-directory --path=/scripts --source=scripts",
      "with-exec --args=sh,-eu,/scripts/render.sh",
      "directory --path=/out export --path=rendered",
    ].join(" "),
  )
  expect(exitCode, output).toBe(0)
  manifests = parseAllDocuments(repository.read("rendered/manifests.yaml")).map(
    (document) => document.toJS() as Manifest,
  )
})
afterAll(() => repository.delete())

describe("the values for Dagger's chart", () => {
  it("give what Kubernetes takes, and an engine.json that the engine takes", async () => {
    const { exitCode, output } = await repository.shell(
      [
        "dagger -q core container from --address=python:3.11-slim",
        "with-exec --args=pip,install,-q,kubernetes-validate==1.37.0",
        "with-directory --path=/out --source=rendered",
        "with-directory --path=/scripts --source=scripts",
        "with-exec --args=sh,-eu,/scripts/check.sh combined-output",
      ].join(" "),
    )
    expect(exitCode, output).toBe(0)
    for (const version of KUBERNETES)
      expect(output).toContain(`daemonset/ci-engine against version ${version}`)
    expect(output).toContain("engine.json is valid")
  })

  it("reach the pods: helm says nothing of a value that no template reads", () => {
    const values = parse(repository.read(VALUES)).engine
    const set = manifests.find(({ kind }) => kind === "DaemonSet")?.spec?.template.spec
    const { terminationGracePeriodSeconds, tolerations, nodeSelector, resources } = values
    expect(set).toMatchObject({
      ...{ terminationGracePeriodSeconds, tolerations, nodeSelector },
      containers: [{ resources, image: values.image.ref }],
    })
    for (const path of ["/var/lib/dagger-ci", "/run/dagger-ci"])
      expect(set?.volumes).toContainEqual(expect.objectContaining({ hostPath: { path } }))
    expect(manifests.find(({ kind }) => kind === "ConfigMap")?.data?.["engine.json"]).toBe(
      values.configJson,
    )
  })
})

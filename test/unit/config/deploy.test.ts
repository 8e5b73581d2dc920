import { describe, expect, it } from "vitest"
import { configOf, lines, parse, service } from "./builders.js"

const STAGING = "staging: { cluster: one, region: eu-west-1 }"

describe("environments", () => {
  it.each<[what: string, yaml: string, issues: string[]]>([
    [
      "an environment that comes after one that does not exist",
      `environments: { ${STAGING}, production: { after: stagin, cluster: two, region: eu-west-1 } }`,
      ['environments.production.after: there is no environment "stagin" in pipeline.yaml'],
    ],
    [
      "a circle",
      "environments: { a: { after: b, cluster: one, region: eu-west-1 }, b: { after: a, cluster: two, region: eu-west-1 } }",
      [
        'environments.a.after: "a" would have to come after itself',
        'environments.b.after: "b" would have to come after itself',
      ],
    ],
    [
      "networks that overlap",
      "environments: { a: { cluster: one, region: eu-west-1, networks: [10.0.0.0/8] }, b: { cluster: two, region: eu-west-1, networks: [192.168.0.0/16, 10.7.0.0/16] } }",
      ['environments.b.networks[1]: the network 10.7.0.0/16 overlaps 10.0.0.0/8 of "a"'],
    ],
    [
      "two environments whose services would be the same",
      'environments: { a: { cluster: one, region: eu-west-1, service: "{service}" }, b: { cluster: one, region: eu-west-1, service: "{service}" } }',
      [
        'environments.b.cluster: is the cluster of "a" too, and the names of services do not differ',
      ],
    ],
    [
      "what is no network, account or region",
      "environments: { a: { cluster: one, region: Ireland, account: '12', networks: [10.1.0.300/16] } }",
      [
        'environments.a.region: "Ireland" must be an AWS region, such as "eu-central-1"',
        'environments.a.account: "12" must be twelve digits in quotes',
        'environments.a.networks[0]: "10.1.0.300/16" must be an IPv4 network, such as "10.1.0.0/16"',
      ],
    ],
  ])("refuse %s", (_, yaml, issues) => {
    expect(lines(parse([service()], yaml).issues)).toEqual(issues)
  })

  it("may have networks side by side", () => {
    const yaml =
      "environments: { a: { cluster: one, region: eu-west-1, networks: [10.0.0.0/16] }, b: { cluster: one, region: eu-west-1, networks: [10.1.0.0/16] } }"
    expect(configOf([service()], yaml).environments.b?.networks).toEqual(["10.1.0.0/16"])
  })
})

describe("the deployment of a service", () => {
  it("names only environments that exist", () => {
    const services = [service({ deploy: { environments: { stagin: { strategy: "canary" } } } })]
    const { issues } = parse(services, `environments: { ${STAGING} }`)
    expect(issues).toEqual([
      expect.objectContaining({
        path: "services[0].deploy.environments.stagin",
        suggestion: 'did you mean "staging"?',
      }),
    ])
  })

  it("knows its strategies", () => {
    const { issues } = parse([service({ deploy: { strategy: "blue" } })])
    expect(lines(issues)[0]).toMatch(/^services\[0\]\.deploy\.strategy: /)
  })
})

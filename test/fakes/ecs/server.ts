import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { EcsError, FakeEcs } from "./ecs.js"

/** What the load balancer counted of a target group. */
export interface Counted {
  requests?: number
  errors?: number
  /** Requests that no task took. */
  refused?: number
  /** Seconds, 95 %. */
  latency?: number
}

/** How a target is. */
export interface FakeTarget {
  id: string
  state: string
  reason?: string
}

/**
 * One address for all of AWS: ECS, target health and metrics are the fake's, because emulators
 * answer them unlike AWS; everything else is handed on to an emulator.
 */
export class FakeAws {
  readonly ecs: FakeEcs
  /** By the name of the target group. */
  readonly traffic = new Map<string, Counted>()
  readonly targets = new Map<string, FakeTarget[]>()
  /** Weights that somebody gave a production rule by hand, by its ARN, in the order of its target groups. */
  readonly weights = new Map<string, number[]>()
  /** How a service answers that is reached below /game/ at the same address. */
  site = 200
  /** Times that the fake's clock runs faster than ours; 0 when only tests move it. */
  speed = 0
  private readonly server: Server
  private last = Date.now()
  /** What the emulator answered, until something is changed: it takes its time for each answer. */
  private readonly answers = new Map<string, Promise<Answer>>()

  /** @param emulator address of the emulator */
  constructor(private readonly emulator: string) {
    this.ecs = new FakeEcs()
    this.server = createServer((request, response) => void this.serve(request, response))
  }

  /** @returns the address */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request)
    this.keepTime()
    if (request.url?.startsWith("/game/")) {
      json(response, this.site, { status: "ok" })
      return
    }
    const [service = "", action = ""] = String(request.headers["x-amz-target"] ?? "").split(".")
    if (service.startsWith("AmazonEC2ContainerService"))
      return this.answerEcs(action, JSON.parse(body.toString()), response)
    if (action === "GetMetricData") return this.answerMetrics(JSON.parse(body.toString()), response)
    const query = new URLSearchParams(body.toString())
    if (query.get("Action") === "DescribeTargetHealth") return this.answerHealth(query, response)
    if (query.get("Action") === "DescribeRules" && this.answerRule(query, response)) return
    // moto would keep the old one too; AWS replaces it.
    if (action === "PutMetricFilter") await this.forgetMetricFilter(request, body)
    await this.handOn(request, body, response)
  }

  private async forgetMetricFilter(request: IncomingMessage, body: Buffer): Promise<void> {
    const { logGroupName, filterName } = JSON.parse(body.toString()) as Record<string, string>
    request.headers["x-amz-target"] = "Logs_20140328.DeleteMetricFilter"
    const named = Buffer.from(JSON.stringify({ logGroupName, filterName }))
    await ask(this.emulator, request, named)
    request.headers["x-amz-target"] = "Logs_20140328.PutMetricFilter"
  }

  private keepTime(): void {
    const now = Date.now()
    if (this.speed > 0) this.ecs.advance((now - this.last) * this.speed)
    this.last = now
  }

  private answerEcs(
    action: string,
    input: Record<string, unknown>,
    response: ServerResponse,
  ): void {
    try {
      json(response, 200, this.ecs.answer(action, input))
    } catch (error) {
      if (!(error instanceof EcsError)) throw error
      json(response, error.status, { __type: error.type, message: error.message })
    }
  }

  private answerMetrics(
    { MetricDataQueries, StartTime, EndTime }: MetricRequest,
    response: ServerResponse,
  ): void {
    const results = MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => {
      const group = Metric.Dimensions.find(({ Name }) => Name === "TargetGroup")?.Value ?? ""
      const counted =
        this.traffic.get(group.split("/")[1] ?? "") ?? this.asked(group, StartTime, EndTime)
      const values: Record<string, number | undefined> = {
        RequestCount: counted.requests,
        HTTPCode_Target_5XX_Count: counted.errors,
        TargetConnectionErrorCount: counted.refused,
        TargetResponseTime: counted.latency,
      }
      const value = values[Metric.MetricName]
      return {
        Id,
        Values: value === undefined ? [] : [value],
        Timestamps: [],
        StatusCode: "Complete",
      }
    })
    json(response, 200, { MetricDataResults: results })
  }

  /** What the load balancer counted of the users, between two times in seconds since 1970. */
  private asked(group: string, from: number, to: number): Counted {
    const { users } = this.ecs
    if (users.perSecond === 0) return {}
    return users.count(from * 1000, to * 1000, group)
  }

  private answerHealth(query: URLSearchParams, response: ServerResponse): void {
    const arn = query.get("TargetGroupArn") ?? ""
    const targets = this.targets.get(arn.split("/")[1] ?? "") ?? [
      { id: "10.1.0.1", state: "healthy" },
    ]
    const members = targets.map(
      ({ id, state, reason }) =>
        `<member><Target><Id>${id}</Id><Port>8080</Port></Target><TargetHealth><State>${state}</State>${reason ? `<Reason>${reason}</Reason>` : ""}</TargetHealth></member>`,
    )
    response.writeHead(200, { "content-type": "text/xml" })
    response.end(
      `<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeTargetHealthResult><TargetHealthDescriptions>${members.join("")}</TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`,
    )
  }

  /** @returns whether it is a rule that ECS moves */
  private answerRule(query: URLSearchParams, response: ServerResponse): boolean {
    const rule = query.get("RuleArns.member.1") ?? ""
    const weights = this.ecs.weightsOf(rule)
    if (weights === undefined) return false
    const byHand = this.weights.get(rule)
    const members = [...weights].map(
      ([arn, weight], index) =>
        `<member><TargetGroupArn>${arn}</TargetGroupArn><Weight>${byHand?.[index] ?? weight}</Weight></member>`,
    )
    response.writeHead(200, { "content-type": "text/xml" })
    response.end(
      `<DescribeRulesResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeRulesResult><Rules><member><RuleArn>${rule}</RuleArn><Actions><member><Type>forward</Type><ForwardConfig><TargetGroups>${members.slice(0, byHand?.length).join("")}</TargetGroups></ForwardConfig></member></Actions></member></Rules></DescribeRulesResult></DescribeRulesResponse>`,
    )
    return true
  }

  private async handOn(request: IncomingMessage, body: Buffer, response: ServerResponse) {
    const { status, type, text } = await this.answerOf(request, body)
    response.writeHead(status, { "content-type": type })
    response.end(text)
  }

  private answerOf(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const [, action = ""] = String(request.headers["x-amz-target"] ?? "").split(".")
    const name = action || (new URLSearchParams(body.toString()).get("Action") ?? "")
    if (!/^(Describe|Get|List)/.test(name)) {
      this.answers.clear()
      return ask(this.emulator, request, body)
    }
    // The service is in the signature's scope; the rest of the signature is another each time.
    const [scope = ""] = /[a-z0-9-]+\/aws4_request/.exec(request.headers.authorization ?? "") ?? []
    const key = `${scope} ${name} ${body.toString()}`
    const known = this.answers.get(key) ?? ask(this.emulator, request, body)
    this.answers.set(key, known)
    return known
  }
}

interface Answer {
  status: number
  type: string
  text: Buffer
}

async function ask(emulator: string, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    ["host", "connection", "content-length", "expect"].includes(name) || value === undefined
      ? []
      : [[name, String(value)] as [string, string]],
  )
  const answer = await fetch(emulator + (request.url ?? "/"), {
    method: request.method ?? "POST",
    headers,
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  })
  const type = answer.headers.get("content-type") ?? "text/xml"
  return { status: answer.status, type, text: Buffer.from(await answer.arrayBuffer()) }
}

interface MetricRequest {
  MetricDataQueries: MetricQuery[]
  StartTime: number
  EndTime: number
}

interface MetricQuery {
  Id: string
  MetricStat: { Metric: { MetricName: string; Dimensions: { Name: string; Value: string }[] } }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" })
  response.end(JSON.stringify(value))
}

import type { Aws } from "../aws/aws.js"
import type { Target } from "../config/target.js"
import { messageOf } from "../errors.js"

/** What there is to tell. */
export interface News {
  target: Target
  tag: string
  state: "started" | "passed" | "failed"
  /** One sentence. */
  text: string
}

/** Secrets of those who are told. */
export interface NotifyOptions {
  /** Address that takes Slack's JSON. */
  webhook?: string
  githubToken?: string
}

const TIMEOUT_MS = 10_000

/**
 * Tells people. A message that does not arrive is said, and changes nothing about the deployment.
 */
export class Notifier {
  /** GitHub's ids of the deployments that were told of their start. */
  private readonly github = new Map<string, number>()

  constructor(
    private readonly aws: Aws,
    private readonly options: NotifyOptions,
    private readonly say: (line: string) => void,
  ) {}

  async tell(news: News): Promise<void> {
    const ways = [
      ["SNS", () => this.tellSns(news)],
      ["webhook", () => this.tellWebhook(news)],
      ["GitHub", () => this.tellGithub(news)],
    ] as const
    await Promise.all(
      ways.map(async ([name, send]) => {
        try {
          await send()
        } catch (error) {
          this.say(`warning: ${name} was not told: ${messageOf(error)}`)
        }
      }),
    )
  }

  private async tellSns({ target, state, text }: News): Promise<void> {
    const { sns } = target.environment.notify
    if (sns === undefined) return
    await this.aws.call("sns:Publish", {
      TopicArn: sns,
      Subject: `${target.service} ${target.environment.name}: ${state}`.slice(0, 100),
      Message: text,
    })
  }

  private async tellWebhook({ text }: News): Promise<void> {
    const { webhook } = this.options
    if (webhook === undefined) return
    await post(webhook, { text }, {})
  }

  private async tellGithub({ target, tag, state, text }: News): Promise<void> {
    const { github, githubApi } = target.environment.notify
    const { githubToken } = this.options
    if (github === undefined || githubToken === undefined) return
    const headers = {
      authorization: `Bearer ${githubToken}`,
      accept: "application/vnd.github+json",
      "user-agent": "pipeline",
    }
    const api = `${githubApi.replace(/\/+$/, "")}/repos/${github}/deployments`
    const key = `${target.service} ${target.environment.name}`
    let id = this.github.get(key)
    if (id === undefined) {
      const created = await post(
        api,
        {
          ref: tag,
          environment: target.environment.name,
          task: `deploy:${target.service}`,
          auto_merge: false,
          required_contexts: [],
        },
        headers,
      )
      id = (created as { id: number }).id
      this.github.set(key, id)
    }
    const states = { started: "in_progress", passed: "success", failed: "failure" } as const
    const status = { state: states[state], description: text.slice(0, 140) }
    await post(`${api}/${id}/statuses`, status, headers)
  }
}

async function post(url: string, body: object, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const text = await response.text()
  // The address itself can be the secret, so only its host is named.
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`)
  return text.startsWith("{") ? (JSON.parse(text) as unknown) : undefined
}

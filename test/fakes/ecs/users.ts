/** Users who ask a service all the time, and what became of their requests. */

/** What a target group can do in one second. */
export interface Share {
  targetGroup: string
  /** Percent of the requests that go there. */
  weight: number
  /** Tasks that take requests. */
  tasks: number
  /** Percent of the requests that those answer with an error. */
  failing: number
}

/** Requests of one second that went to one target group. */
interface Second {
  at: number
  targetGroup: string
  requests: number
  errors: number
  refused: number
}

export class Users {
  /** Requests of a second, to each service; nobody asks while it is 0. */
  perSecond = 0
  private readonly seconds: Second[] = []

  /** Sends the requests of one second. */
  ask(at: number, shares: Share[]): void {
    if (this.perSecond === 0) return
    for (const { targetGroup, weight, tasks, failing } of shares) {
      const requests = (this.perSecond * weight) / 100
      const isTaken = tasks > 0
      this.seconds.push({
        ...{ at, targetGroup },
        requests: isTaken ? requests : 0,
        errors: isTaken ? (requests * failing) / 100 : 0,
        refused: isTaken ? 0 : requests,
      })
    }
  }

  /** What was counted between two times, of the target groups whose ARN ends like this. */
  count(
    from: number,
    to: number,
    targetGroup = "",
  ): { requests: number; errors: number; refused: number } {
    const seconds = this.seconds.filter(
      (each) => each.at >= from && each.at <= to && each.targetGroup.endsWith(targetGroup),
    )
    const sum = (key: "requests" | "errors" | "refused") =>
      Math.round(seconds.reduce((total, each) => total + each[key], 0))
    return { requests: sum("requests"), errors: sum("errors"), refused: sum("refused") }
  }

  /** Forgets them all. */
  clear(): void {
    this.perSecond = 0
    this.seconds.length = 0
  }
}

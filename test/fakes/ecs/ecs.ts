import type { DeploymentConfiguration, Stage } from "./stages.js"
import { SCALE_UP_MS, stagesOf } from "./stages.js"
import type { Share } from "./users.js"
import { Users } from "./users.js"

/**
 * A double of ECS's deployments. No emulator moves a deployment forward, so this one does, by a clock
 * that tests move: revisions, stages and weights, pauses, alarms, the circuit breaker, stops,
 * rollbacks, and the faults that tests ask for.
 */

/** An error as ECS answers it. */
export class EcsError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
  }
}

/** A load balancer of a service, with the target groups that take turns. */
export interface LoadBalancer {
  targetGroupArn: string
  containerName: string
  containerPort: number
  advancedConfiguration?: {
    alternateTargetGroupArn: string
    productionListenerRule: string
    testListenerRule?: string
    roleArn: string
  }
}

/** Behaviour of the next deployments that a test asks for. */
export interface Behaviour {
  /** New tasks stop soon after they started. */
  crashes?: boolean
  /** Percent of the requests that new tasks answer with an error. */
  failing?: number
  /** ECS can't roll back. */
  rollbackFails?: boolean
  /** A new deployment is not listed for so many calls. */
  staleLists?: number
  /** Stages and states have names that nobody knows yet. */
  strangeNames?: boolean
}

interface ContainerDefinition {
  name: string
  image: string
}

interface TaskDefinition {
  taskDefinitionArn: string
  family: string
  status: string
  containerDefinitions: ContainerDefinition[]
  tags?: { key: string; value: string }[]
}

interface Revision {
  serviceRevisionArn: string
  taskDefinition: string
  targetGroupArn?: string
}

interface Hook {
  hookId: string
  targetType: string
  status: string
  expiresAt: number
  timeoutAction: string
}

interface Deployment {
  arn: string
  createdAt: number
  finishedAt?: number
  configuration: DeploymentConfiguration
  behaviour: Behaviour
  revision: Revision
  source?: Revision
  status: string
  statusReason?: string
  stages: Stage[]
  at: number
  /** When the stage, or the state after the stages, began. */
  since: number
  hooks: Hook[]
  failedTasks: number
  /** Alarms that were in ALARM when it began, which it ignores. */
  ignored: Set<string>
  triggered: string[]
  rollbackAt?: number
  unlisted: number
}

interface FakeService {
  name: string
  cluster: string
  taskDefinition: string
  desiredCount: number
  loadBalancers: LoadBalancer[]
  deployments: Deployment[]
  events: { id: string; createdAt: number; message: string }[]
}

/** An error that the next calls of an action answer. */
interface Fault {
  action: string
  error: EcsError
  times: number
}

const CRASH_MS = 10_000
const ROLLBACK_MS = 20_000
const DAY_MS = 86_400_000
const TERMINAL = ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"]
const REGION = "eu-central-1"
/** The emulator's account. */
const ACCOUNT = "123456789012"

type Input = Record<string, unknown>

export class FakeEcs {
  /** Milliseconds since 1970. */
  now = Date.UTC(2026, 0, 5, 9)
  /** Of the deployments that begin from now on. */
  behaviour: Behaviour = {}
  /** Names of the alarms that ECS sees in ALARM. */
  readonly alarms = new Set<string>()
  /** Of every task. */
  address = "10.1.0.1"
  /** Those who ask the services that have a load balancer. */
  readonly users = new Users()
  /** Every call in its order, to be looked at by tests. */
  readonly calls: { action: string; input: Input }[] = []
  private readonly faults: Fault[] = []
  private readonly services = new Map<string, FakeService>()
  private readonly definitions = new Map<string, TaskDefinition>()
  private ids = 0

  advance(milliseconds: number): void {
    // Small steps, so that what happens in between happens in its order.
    for (let left = milliseconds; left > 0; left -= 1000) {
      this.now += Math.min(1000, left)
      for (const service of this.services.values()) {
        this.tick(service)
        this.users.ask(this.now, this.sharesOf(service))
      }
    }
  }

  /** Makes a service whose first deployment has passed, or that was never deployed. */
  addService(
    cluster: string,
    name: string,
    definition: Input,
    options: { loadBalancers?: LoadBalancer[]; neverPassed?: boolean; desiredCount?: number } = {},
  ): void {
    const { taskDefinition } = this.register(definition)
    const { loadBalancers = [], desiredCount = 2 } = options
    const service: FakeService = {
      ...{ name, cluster, loadBalancers, desiredCount },
      taskDefinition: taskDefinition.taskDefinitionArn,
      ...{ deployments: [], events: [] },
    }
    this.services.set(`${cluster}/${name}`, service)
    const first = this.begin(service, { strategy: "ROLLING" }, {})
    if (options.neverPassed) {
      first.status = "STOPPED"
      first.finishedAt = this.now
    } else this.finish(service, first, "SUCCESSFUL")
    this.advance(1000)
  }

  /** The next calls of an action fail. */
  fail(action: string, type: string, times: number, status = 400): void {
    this.faults.push({
      action,
      error: new EcsError(type, `${type} that a test asked for`, status),
      times,
    })
  }

  /** Where the latest deployment of a service is. */
  latest(cluster: string, name: string): { status: string; stage?: string; weight: number } {
    const deployment = this.service(cluster, name).deployments.at(-1)
    if (deployment === undefined) throw new Error(`${name} was never deployed`)
    const stage = deployment.stages[deployment.at]
    return {
      status: deployment.status,
      ...(stage?.name !== undefined && { stage: stage.name }),
      weight: stage?.weight ?? 100,
    }
  }

  /** How a service's production rule shares its users out, by target group; undefined for other rules. */
  weightsOf(rule: string): Map<string, number> | undefined {
    for (const service of this.services.values())
      for (const { targetGroupArn, advancedConfiguration } of service.loadBalancers) {
        if (advancedConfiguration?.productionListenerRule !== rule) continue
        const shares = this.sharesOf(service)
        const weights = [targetGroupArn, advancedConfiguration.alternateTargetGroupArn].map(
          (arn): [string, number] => [
            arn,
            shares.find(({ targetGroup }) => targetGroup === arn)?.weight ?? 0,
          ],
        )
        return new Map(weights)
      }
    return undefined
  }

  /** Somebody else deploys. */
  deployByHand(cluster: string, name: string, definition: Input): void {
    const { taskDefinition } = this.register(definition)
    this.update({ cluster, service: name, taskDefinition: taskDefinition.taskDefinitionArn })
  }

  /** Answers a call as ECS does. */
  answer(action: string, input: Input): object {
    this.calls.push({ action, input })
    const fault = this.faults.find((each) => each.action === action && each.times > 0)
    if (fault !== undefined) {
      fault.times -= 1
      throw fault.error
    }
    switch (action) {
      case "RegisterTaskDefinition":
        return this.register(input)
      case "DescribeTaskDefinition":
        return this.describeDefinition(input)
      case "DescribeServices":
        return this.describeServices(input)
      case "UpdateService":
        return this.update(input)
      case "ListServiceDeployments":
        return this.listDeployments(input)
      case "DescribeServiceDeployments":
        return this.describeDeployments(input)
      case "DescribeServiceRevisions":
        return this.describeRevisions(input)
      case "ContinueServiceDeployment":
        return this.continueDeployment(input)
      case "StopServiceDeployment":
        return this.stopDeployment(input)
      case "ListTasks":
        return this.listTasks(input)
      case "DescribeTasks":
        return this.describeTasks(input)
    }
    throw new EcsError("InvalidAction", `the fake does not know ${action}`)
  }

  private register(input: Input): { taskDefinition: TaskDefinition } {
    const family = input.family as string
    const revision =
      1 + [...this.definitions.values()].filter((each) => each.family === family).length
    const taskDefinitionArn = this.arn(`task-definition/${family}:${revision}`)
    const taskDefinition = {
      ...(input as unknown as TaskDefinition),
      ...{ taskDefinitionArn, revision, status: "ACTIVE" },
    }
    this.definitions.set(taskDefinitionArn, taskDefinition)
    return { taskDefinition }
  }

  private definition(arn: string): TaskDefinition {
    const found = this.definitions.get(arn)
    if (found === undefined || found.status === "INACTIVE")
      throw new EcsError("ClientException", "Unable to describe task definition.")
    return found
  }

  private describeDefinition({ taskDefinition: arn, include }: Input): object {
    const { tags = [], ...taskDefinition } = this.definition(arn as string)
    return { taskDefinition, ...(Array.isArray(include) && include.includes("TAGS") && { tags }) }
  }

  private service(cluster: string, name: string): FakeService {
    const found = this.services.get(`${cluster}/${name}`)
    if (found === undefined) throw new EcsError("ServiceNotFoundException", "Service not found.")
    return found
  }

  private describeServices(input: Input): object {
    const cluster = input.cluster as string
    if (![...this.services.values()].some((each) => each.cluster === cluster))
      throw new EcsError("ClusterNotFoundException", "Cluster not found.")
    const [name = ""] = input.services as string[]
    const service = this.services.get(`${cluster}/${name}`)
    if (service === undefined) return { services: [], failures: [{ arn: name, reason: "MISSING" }] }
    const current = service.deployments.at(-1)
    return {
      services: [
        {
          serviceName: name,
          serviceArn: this.arn(`service/${cluster}/${name}`),
          clusterArn: this.arn(`cluster/${cluster}`),
          status: "ACTIVE",
          desiredCount: service.desiredCount,
          runningCount: service.desiredCount,
          pendingCount: 0,
          loadBalancers: service.loadBalancers,
          taskDefinition: service.taskDefinition,
          ...(current && { currentServiceDeployment: current.arn }),
          deployments: current
            ? [
                {
                  taskDefinition: current.revision.taskDefinition,
                  failedTasks: current.failedTasks,
                },
              ]
            : [],
          events: [...service.events]
            .reverse()
            .map((event) => ({ ...event, createdAt: event.createdAt / 1000 })),
        },
      ],
      failures: [],
    }
  }

  private update(input: Input): object {
    const service = this.service(input.cluster as string, input.service as string)
    const arn = input.taskDefinition as string | undefined
    if (arn !== undefined) this.definition(arn)
    const configuration = (input.deploymentConfiguration ?? {}) as DeploymentConfiguration
    const isShift = (configuration.strategy ?? "ROLLING") !== "ROLLING"
    if (isShift && !service.loadBalancers.some((each) => each.advancedConfiguration))
      throw new EcsError("InvalidParameterException", "advancedConfiguration field is required")
    if (arn !== undefined && arn !== service.taskDefinition) {
      service.taskDefinition = arn
      const running = service.deployments.at(-1)
      this.begin(service, configuration, this.behaviour)
      if (running !== undefined && !TERMINAL.includes(running.status)) {
        running.statusReason = "superseded by a newer deployment"
        this.finish(service, running, "STOPPED")
      }
    }
    return { service: { serviceName: service.name } }
  }

  private begin(
    service: FakeService,
    configuration: DeploymentConfiguration,
    behaviour: Behaviour,
  ): Deployment {
    const good = this.good(service)
    const id = (this.ids += 1)
    const [balancer] = service.loadBalancers
    const shifts = (configuration.strategy ?? "ROLLING") !== "ROLLING"
    const groups = [
      balancer?.targetGroupArn,
      balancer?.advancedConfiguration?.alternateTargetGroupArn,
    ].filter((arn) => arn !== undefined)
    const targetGroupArn = shifts
      ? groups.find((arn) => arn !== good?.revision.targetGroupArn)
      : (good?.revision.targetGroupArn ?? groups[0])
    const place = `${service.cluster}/${service.name}`
    const deployment: Deployment = {
      arn: this.arn(`service-deployment/${place}/${id}`),
      createdAt: this.now,
      ...{ configuration, behaviour },
      revision: {
        serviceRevisionArn: this.arn(`service-revision/${place}/${id}`),
        taskDefinition: service.taskDefinition,
        ...(targetGroupArn !== undefined && { targetGroupArn }),
      },
      ...(good && { source: good.revision }),
      status: "PENDING",
      stages: stagesOf(configuration),
      ...{ at: -1, since: this.now, hooks: [], failedTasks: 0, triggered: [] },
      ignored: new Set(this.alarms),
      unlisted: behaviour.staleLists ?? 0,
    }
    service.deployments.push(deployment)
    this.say(service, `(service ${service.name}) has started deployment ${id}.`)
    return deployment
  }

  /** Moves a service's deployment on, to where the clock is. */
  private tick(service: FakeService): void {
    const deployment = service.deployments.at(-1)
    if (deployment === undefined || TERMINAL.includes(deployment.status)) return
    if (deployment.rollbackAt !== undefined) return this.rollBack(service, deployment)
    const alarm = this.firedAlarm(deployment)
    if (alarm !== undefined) {
      deployment.triggered.push(alarm)
      if (deployment.configuration.alarms?.rollback)
        return this.requestRollback(deployment, `alarm ${alarm} detected`)
      deployment.statusReason = `alarm ${alarm} detected`
      return this.finish(service, deployment, "STOPPED")
    }
    if (deployment.behaviour.crashes && this.crash(service, deployment)) return
    const stage = deployment.stages[deployment.at]
    if (stage !== undefined) {
      if (this.now - deployment.since < stage.lasts) return
      if (this.isWaiting(service, deployment)) return
    }
    this.enter(service, deployment)
  }

  /** Where the load balancer sends requests at this moment. */
  private sharesOf(service: FakeService): Share[] {
    const deployment = service.deployments.at(-1)
    const group = deployment?.revision.targetGroupArn
    if (deployment === undefined || group === undefined) return []
    const { configuration, behaviour, status, source } = deployment
    const failing = behaviour.failing ?? 0
    if (status === "SUCCESSFUL")
      return [{ targetGroup: group, weight: 100, tasks: service.desiredCount, failing }]
    const isBack = TERMINAL.includes(status) || status === "ROLLBACK_IN_PROGRESS"
    const stage = isBack ? undefined : deployment.stages[deployment.at]
    if ((configuration.strategy ?? "ROLLING") === "ROLLING") {
      // Until new tasks run, ECS may stop old ones down to this.
      const least = stage === undefined ? 100 : (configuration.minimumHealthyPercent ?? 100)
      const tasks = Math.floor((service.desiredCount * least) / 100)
      return [{ targetGroup: group, weight: 100, tasks, failing: 0 }]
    }
    const weight = stage?.weight ?? 0
    const scaled = deployment.at > 2 && !behaviour.crashes
    return [
      {
        targetGroup: source?.targetGroupArn ?? "",
        ...{ weight: 100 - weight, tasks: service.desiredCount, failing: 0 },
      },
      { targetGroup: group, weight, tasks: scaled ? service.desiredCount : 0, failing },
    ]
  }

  private enter(service: FakeService, deployment: Deployment): void {
    deployment.status = "IN_PROGRESS"
    deployment.at += 1
    deployment.since = this.now
    const stage = deployment.stages[deployment.at]
    if (stage === undefined) return this.finish(service, deployment, "SUCCESSFUL")
    const hooks = (deployment.configuration.lifecycleHooks ?? []).filter(({ lifecycleStages }) =>
      lifecycleStages.includes(stage.name ?? ""),
    )
    deployment.hooks = hooks.map(({ targetType, timeoutConfiguration }) => ({
      hookId: `hook-${(this.ids += 1)}`,
      targetType,
      status: "AWAITING_ACTION",
      expiresAt: this.now + (timeoutConfiguration?.timeoutInMinutes ?? 1440) * 60_000,
      timeoutAction: timeoutConfiguration?.action ?? "ROLLBACK",
    }))
  }

  private isWaiting(service: FakeService, deployment: Deployment): boolean {
    for (const hook of deployment.hooks) {
      if (hook.status !== "AWAITING_ACTION") continue
      if (this.now < hook.expiresAt) return true
      hook.status = "TIMED_OUT"
      if (hook.timeoutAction === "ROLLBACK") {
        this.requestRollback(deployment, `hook ${hook.hookId} timed out`)
        this.say(service, `(service ${service.name}) deployment hook timed out.`)
        return true
      }
    }
    return false
  }

  /** @returns whether the deployment goes no further for now */
  private crash(service: FakeService, deployment: Deployment): boolean {
    const isScaling = deployment.stages[deployment.at]?.lasts === SCALE_UP_MS
    if (!isScaling) return false
    const failures = Math.floor((this.now - deployment.since) / CRASH_MS)
    if (failures > deployment.failedTasks) {
      deployment.failedTasks = failures
      this.say(service, `(service ${service.name}) (task t${failures}) stopped: exit code 1.`)
    }
    const { strategy = "ROLLING", deploymentCircuitBreaker: breaker } = deployment.configuration
    const threshold = breaker?.thresholdConfiguration?.value ?? 3
    // Only rolling deployments have a circuit breaker; the others wait for a whole day.
    if (strategy === "ROLLING" && breaker?.enable && failures >= threshold) {
      this.requestRollback(deployment, `tasks failed to start (${failures})`)
      return true
    }
    if (this.now - deployment.since > DAY_MS) this.requestRollback(deployment, "stage timed out")
    return true
  }

  private requestRollback(deployment: Deployment, reason: string): void {
    deployment.status = "ROLLBACK_REQUESTED"
    deployment.statusReason = reason
    deployment.rollbackAt = this.now
  }

  private rollBack(service: FakeService, deployment: Deployment): void {
    const spent = this.now - (deployment.rollbackAt ?? this.now)
    if (spent < 2000) return
    deployment.status = "ROLLBACK_IN_PROGRESS"
    const good = this.good(service)
    // Without a revision that ever worked there is nothing to return to: it stays like this.
    if (spent < ROLLBACK_MS || good === undefined) return
    if (deployment.behaviour.rollbackFails) {
      deployment.statusReason = "the rollback could not place tasks"
      return this.finish(service, deployment, "ROLLBACK_FAILED")
    }
    service.taskDefinition = good.revision.taskDefinition
    this.finish(service, deployment, "ROLLBACK_SUCCESSFUL")
  }

  private finish(service: FakeService, deployment: Deployment, status: string): void {
    deployment.status = status
    deployment.finishedAt = this.now
    this.say(service, `(service ${service.name}) deployment ${deployment.arn} is ${status}.`)
  }

  private good(service: FakeService): Deployment | undefined {
    return [...service.deployments].reverse().find(({ status }) => status === "SUCCESSFUL")
  }

  private firedAlarm({ configuration, ignored }: Deployment): string | undefined {
    const { alarms } = configuration
    if (!alarms?.enable) return undefined
    return alarms.alarmNames.find((name) => this.alarms.has(name) && !ignored.has(name))
  }

  private listDeployments(input: Input): object {
    const service = this.service(input.cluster as string, input.service as string)
    const wanted = (input.status ?? []) as string[]
    const listed = service.deployments.filter((deployment) => {
      if (deployment.unlisted === 0)
        return wanted.length === 0 || wanted.includes(deployment.status)
      deployment.unlisted -= 1
      return false
    })
    return {
      serviceDeployments: [...listed].reverse().map((deployment) => ({
        serviceDeploymentArn: deployment.arn,
        targetServiceRevisionArn: deployment.revision.serviceRevisionArn,
        status: deployment.status,
        createdAt: deployment.createdAt / 1000,
      })),
    }
  }

  private deployment(arn: string): { service: FakeService; deployment: Deployment } {
    for (const service of this.services.values()) {
      const deployment = service.deployments.find((each) => each.arn === arn)
      if (deployment !== undefined) return { service, deployment }
    }
    throw new EcsError("ServiceDeploymentNotFoundException", `no deployment ${arn}`)
  }

  private describeDeployments(input: Input): object {
    const arns = input.serviceDeploymentArns as string[]
    return { serviceDeployments: arns.map((arn) => this.describe(this.deployment(arn))) }
  }

  private describe({ service, deployment }: { service: FakeService; deployment: Deployment }) {
    const { configuration, behaviour, status } = deployment
    const isBack = deployment.rollbackAt !== undefined || status === "STOPPED"
    const stage = isBack
      ? undefined
      : deployment.stages[Math.min(deployment.at, deployment.stages.length - 1)]
    const isRolling = (configuration.strategy ?? "ROLLING") === "ROLLING"
    const scaled = deployment.at > (isRolling ? 0 : 2) || status === "SUCCESSFUL"
    const isStrange = behaviour.strangeNames && status === "IN_PROGRESS"
    return {
      serviceDeploymentArn: deployment.arn,
      createdAt: deployment.createdAt / 1000,
      startedAt: deployment.createdAt / 1000,
      status: isStrange ? "SOMETHING_NEW" : status,
      ...(deployment.statusReason !== undefined && { statusReason: deployment.statusReason }),
      ...(stage?.name !== undefined &&
        status !== "SUCCESSFUL" && { lifecycleStage: isStrange ? "A_NEW_STAGE" : stage.name }),
      lifecycleHookDetails: deployment.hooks.map((hook) => ({
        ...hook,
        expiresAt: hook.expiresAt / 1000,
      })),
      deploymentConfiguration: { ...configuration, strategy: configuration.strategy ?? "ROLLING" },
      sourceServiceRevisions: deployment.source
        ? [{ arn: deployment.source.serviceRevisionArn }]
        : [],
      targetServiceRevision: {
        arn: deployment.revision.serviceRevisionArn,
        requestedTaskCount: service.desiredCount,
        runningTaskCount: isBack || behaviour.crashes ? 0 : scaled ? service.desiredCount : 0,
        ...(!isRolling && {
          requestedProductionTrafficWeight: stage?.weight ?? 0,
          requestedTestTrafficWeight: stage?.testWeight ?? 0,
        }),
      },
      deploymentCircuitBreaker: { failureCount: isRolling ? deployment.failedTasks : 0 },
      alarms: { triggeredAlarmNames: deployment.triggered },
    }
  }

  private describeRevisions(input: Input): object {
    const wanted = input.serviceRevisionArns as string[]
    const all = [...this.services.values()].flatMap((service) => service.deployments)
    return {
      serviceRevisions: all
        .map(({ revision }) => revision)
        .filter(({ serviceRevisionArn }) => wanted.includes(serviceRevisionArn))
        .map(({ serviceRevisionArn, taskDefinition, targetGroupArn }) => ({
          ...{ serviceRevisionArn, taskDefinition },
          containerImages: this.definitions
            .get(taskDefinition)
            ?.containerDefinitions.map(({ name, image }) => ({
              ...{ containerName: name, image },
              imageDigest: image.split("@")[1],
            })),
          ...(targetGroupArn !== undefined && {
            resolvedConfiguration: { loadBalancers: [{ targetGroupArn }] },
          }),
        })),
    }
  }

  private continueDeployment(input: Input): object {
    const { deployment } = this.deployment(input.serviceDeploymentArn as string)
    const hook = deployment.hooks.find(
      ({ hookId, status }) => hookId === input.hookId && status === "AWAITING_ACTION",
    )
    if (hook === undefined) throw new EcsError("InvalidParameterException", "no such hook waits")
    hook.status = input.action === "ROLLBACK" ? "FAILED" : "SUCCEEDED"
    if (input.action === "ROLLBACK") this.requestRollback(deployment, "rolled back at a gate")
    return { serviceDeploymentArn: deployment.arn }
  }

  private stopDeployment(input: Input): object {
    const { deployment } = this.deployment(input.serviceDeploymentArn as string)
    if (TERMINAL.includes(deployment.status))
      throw new EcsError("ConflictException", `the deployment is ${deployment.status}`)
    if (deployment.rollbackAt === undefined) this.requestRollback(deployment, "stopped by a caller")
    return { serviceDeploymentArn: deployment.arn }
  }

  /** Tasks that stopped belong to the latest deployment; those that run, to the last good one. */
  private listTasks(input: Input): object {
    const service = this.service(input.cluster as string, input.serviceName as string)
    const isStopped = input.desiredStatus === "STOPPED"
    const deployment = isStopped ? service.deployments.at(-1) : this.good(service)
    const count = isStopped ? (deployment?.failedTasks ?? 0) : service.desiredCount
    const [, id = ""] = /(\d+)$/.exec(deployment?.arn ?? "") ?? []
    const kind = isStopped ? "stopped" : "running"
    const arns = Array.from({ length: deployment ? count : 0 }, (_, index) =>
      this.arn(`task/${service.cluster}/${service.name}-${id}-${kind}-${index + 1}`),
    )
    return { taskArns: arns.slice(0, (input.maxResults as number | undefined) ?? 100) }
  }

  private describeTasks(input: Input): object {
    return {
      tasks: (input.tasks as string[]).map((taskArn) => {
        const [, id, kind] = /-(\d+)-(stopped|running)-\d+$/.exec(taskArn) ?? []
        const all = [...this.services.values()].flatMap(({ deployments }) => deployments)
        const deployment = all.find(({ arn }) => arn.endsWith(`/${id}`))
        return {
          ...{ taskArn, taskDefinitionArn: deployment?.revision.taskDefinition },
          createdAt: (deployment?.createdAt ?? 0) / 1000,
          ...(kind === "running"
            ? {
                ...{ lastStatus: "RUNNING", containers: [{ name: "app" }] },
                attachments: [
                  {
                    type: "ElasticNetworkInterface",
                    details: [{ name: "privateIPv4Address", value: this.address }],
                  },
                ],
              }
            : {
                ...{ lastStatus: "STOPPED", stoppedReason: "Essential container in task exited" },
                containers: [
                  { name: "app", exitCode: 1, reason: "PASSWORD=hunter2-secret was refused" },
                ],
              }),
        }
      }),
    }
  }

  private say(service: FakeService, message: string): void {
    service.events.push({ id: `event-${(this.ids += 1)}`, createdAt: this.now, message })
  }

  private arn(rest: string): string {
    return `arn:aws:ecs:${REGION}:${ACCOUNT}:${rest}`
  }
}

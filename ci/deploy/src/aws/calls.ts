import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  GetMetricDataCommand,
  PutDashboardCommand,
  PutMetricAlarmCommand,
} from "@aws-sdk/client-cloudwatch"
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  GetLogEventsCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs"
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr"
import {
  ContinueServiceDeploymentCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs"
import {
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam"
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager"
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns"
import { DescribeParametersCommand, SSMClient } from "@aws-sdk/client-ssm"
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts"

/**
 * What a call may be used for: the roles whose policies allow it. Whoever administers IAM has a role
 * of their own.
 */
export type Use = "deploy" | "monitoring" | "administration" | "push"

/**
 * What a policy's resource is, with placeholders: {service} and {cluster} are names in ECS. "*"
 * where AWS knows no resource for the action.
 */
export type Resource =
  | "*"
  | "service"
  | "service-deployment"
  | "service-revision"
  | "task-definition"
  | "task"
  | "log-group"
  | "alarm"
  | "dashboard"
  | "topic"
  | "secret"
  | "parameter"
  | "role"
  | "repository"

/**
 * Every AWS call of the program, by its IAM action: there is no other way to make one.
 *
 * The permissions are rendered from this table, so a call that is not in it can't be made, and one
 * that is in it is allowed.
 */
export const CALLS = {
  "cloudwatch:DescribeAlarms": {
    client: CloudWatchClient,
    command: DescribeAlarmsCommand,
    resource: "*",
    uses: ["deploy", "monitoring"],
  },
  "cloudwatch:GetDashboard": {
    client: CloudWatchClient,
    command: GetDashboardCommand,
    resource: "dashboard",
    uses: ["monitoring"],
  },
  "cloudwatch:GetMetricData": {
    client: CloudWatchClient,
    command: GetMetricDataCommand,
    resource: "*",
    uses: ["deploy"],
  },
  "cloudwatch:PutDashboard": {
    client: CloudWatchClient,
    command: PutDashboardCommand,
    resource: "dashboard",
    uses: ["monitoring"],
  },
  "cloudwatch:PutMetricAlarm": {
    client: CloudWatchClient,
    command: PutMetricAlarmCommand,
    resource: "alarm",
    uses: ["monitoring"],
  },
  "ecr:CreateRepository": {
    client: ECRClient,
    command: CreateRepositoryCommand,
    resource: "repository",
    uses: ["push"],
  },
  "ecr:DescribeRepositories": {
    client: ECRClient,
    command: DescribeRepositoriesCommand,
    resource: "repository",
    uses: ["push"],
  },
  "ecr:GetAuthorizationToken": {
    client: ECRClient,
    command: GetAuthorizationTokenCommand,
    resource: "*",
    uses: ["deploy", "push"],
  },
  "ecs:ContinueServiceDeployment": {
    client: ECSClient,
    command: ContinueServiceDeploymentCommand,
    resource: "service-deployment",
    uses: ["deploy"],
  },
  "ecs:DescribeServiceDeployments": {
    client: ECSClient,
    command: DescribeServiceDeploymentsCommand,
    resource: "service-deployment",
    uses: ["deploy"],
  },
  "ecs:DescribeServiceRevisions": {
    client: ECSClient,
    command: DescribeServiceRevisionsCommand,
    resource: "service-revision",
    uses: ["deploy"],
  },
  "ecs:DescribeServices": {
    client: ECSClient,
    command: DescribeServicesCommand,
    resource: "service",
    uses: ["deploy", "monitoring"],
  },
  "ecs:DescribeTaskDefinition": {
    client: ECSClient,
    command: DescribeTaskDefinitionCommand,
    resource: "*",
    uses: ["deploy", "monitoring"],
  },
  "ecs:DescribeTasks": {
    client: ECSClient,
    command: DescribeTasksCommand,
    resource: "task",
    uses: ["deploy"],
  },
  "ecs:ListServiceDeployments": {
    client: ECSClient,
    command: ListServiceDeploymentsCommand,
    resource: "service",
    uses: ["deploy"],
  },
  "ecs:ListTasks": {
    client: ECSClient,
    command: ListTasksCommand,
    resource: "*",
    uses: ["deploy"],
  },
  "ecs:RegisterTaskDefinition": {
    client: ECSClient,
    command: RegisterTaskDefinitionCommand,
    resource: "task-definition",
    uses: ["deploy"],
  },
  "ecs:StopServiceDeployment": {
    client: ECSClient,
    command: StopServiceDeploymentCommand,
    resource: "service-deployment",
    uses: ["deploy"],
  },
  "ecs:UpdateService": {
    client: ECSClient,
    command: UpdateServiceCommand,
    resource: "service",
    uses: ["deploy"],
  },
  "elasticloadbalancing:DescribeRules": {
    client: ElasticLoadBalancingV2Client,
    command: DescribeRulesCommand,
    resource: "*",
    uses: ["deploy"],
  },
  "elasticloadbalancing:DescribeTargetGroups": {
    client: ElasticLoadBalancingV2Client,
    command: DescribeTargetGroupsCommand,
    resource: "*",
    uses: ["deploy", "monitoring"],
  },
  "elasticloadbalancing:DescribeTargetHealth": {
    client: ElasticLoadBalancingV2Client,
    command: DescribeTargetHealthCommand,
    resource: "*",
    uses: ["deploy"],
  },
  "iam:GetRole": {
    client: IAMClient,
    command: GetRoleCommand,
    resource: "role",
    uses: ["deploy", "administration"],
  },
  "iam:GetRolePolicy": {
    client: IAMClient,
    command: GetRolePolicyCommand,
    resource: "role",
    uses: ["administration"],
  },
  "iam:ListAttachedRolePolicies": {
    client: IAMClient,
    command: ListAttachedRolePoliciesCommand,
    resource: "role",
    uses: ["administration"],
  },
  "iam:ListRolePolicies": {
    client: IAMClient,
    command: ListRolePoliciesCommand,
    resource: "role",
    uses: ["administration"],
  },
  "logs:CreateLogGroup": {
    client: CloudWatchLogsClient,
    command: CreateLogGroupCommand,
    resource: "log-group",
    uses: ["monitoring"],
  },
  "logs:DescribeLogGroups": {
    client: CloudWatchLogsClient,
    command: DescribeLogGroupsCommand,
    resource: "*",
    uses: ["deploy", "monitoring"],
  },
  "logs:DescribeMetricFilters": {
    client: CloudWatchLogsClient,
    command: DescribeMetricFiltersCommand,
    resource: "log-group",
    uses: ["monitoring"],
  },
  "logs:GetLogEvents": {
    client: CloudWatchLogsClient,
    command: GetLogEventsCommand,
    resource: "log-group",
    uses: ["deploy"],
  },
  "logs:PutMetricFilter": {
    client: CloudWatchLogsClient,
    command: PutMetricFilterCommand,
    resource: "log-group",
    uses: ["monitoring"],
  },
  "logs:PutRetentionPolicy": {
    client: CloudWatchLogsClient,
    command: PutRetentionPolicyCommand,
    resource: "log-group",
    uses: ["monitoring"],
  },
  "secretsmanager:DescribeSecret": {
    client: SecretsManagerClient,
    command: DescribeSecretCommand,
    resource: "secret",
    uses: ["deploy"],
  },
  "sns:Publish": {
    client: SNSClient,
    command: PublishCommand,
    resource: "topic",
    uses: ["deploy"],
  },
  "ssm:DescribeParameters": {
    client: SSMClient,
    command: DescribeParametersCommand,
    resource: "*",
    uses: ["deploy"],
  },
  "sts:GetCallerIdentity": {
    client: STSClient,
    command: GetCallerIdentityCommand,
    resource: "*",
    uses: ["deploy", "monitoring"],
  },
} as const satisfies Record<string, CallEntry>

interface CallEntry {
  client: new (...args: never) => object
  command: new (...args: never) => object
  resource: Resource
  uses: readonly Use[]
}

/** The IAM action of a call. */
export type Action = keyof typeof CALLS

/** What a call takes. */
export type InputOf<A extends Action> = ConstructorParameters<(typeof CALLS)[A]["command"]>[0]

/** What a call answers. */
export type OutputOf<A extends Action> =
  InstanceType<(typeof CALLS)[A]["command"]> extends {
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>
  }
    ? Output
    : never

/**
 * CI/CD for a monorepo of services: the same functions on a laptop and in GitHub Actions.
 *
 * Every function works on the repository of the current directory, whose
 * services are listed in services.json.
 */
import {
  argument,
  Container,
  dag,
  Directory,
  File,
  func,
  object,
  Secret,
  Service,
} from "@dagger.io/dagger"
import { planText } from "./report/plan.js"
import { selectionLines } from "./report/selection.js"
import { commitFiles } from "./stages/commit-files.js"
import { debugContainer } from "./stages/debug.js"
import { runDeploy, runDeployToFolder } from "./stages/deploy.js"
import { detectChanges } from "./stages/detect.js"
import { builtLike, diffImages, imageService, pushedContainer } from "./stages/diff-images.js"
import { finishRun, orExitCode } from "./stages/finish.js"
import { readRepository } from "./stages/repository.js"
import { mergeShardRecords } from "./stages/merge.js"
import { findImages, imagesFile } from "./stages/pushed-images.js"
import { openWorkspace } from "./stages/open-workspace.js"
import { prepareRelease } from "./stages/release.js"
import { callText } from "./run/call-text.js"
import { FORK_PUSH, isFromFork } from "./run/fork.js"
import { recordedStep } from "./run/recorded-step.js"
import { checkRetries } from "./run/retries.js"
import { failedServices } from "./stages/records.js"
import { listRuns, reportFolder } from "./stages/reports.js"
import { checkedOutCommit } from "./stages/head.js"
import { runServices } from "./stages/run-services.js"
import { scanText } from "./stages/scan-text.js"
import { lookBeside } from "./stages/scan-beside.js"
import { scan, scanFolder } from "./stages/scan.js"
import { nameSecrets } from "./stages/secrets.js"
import { selectServices } from "./stages/select-services.js"
import { ImageUpdate } from "./stages/image-update.js"
import { updateImages } from "./stages/update-images.js"
import { verifyImages } from "./stages/verify.js"

@object()
export class Pipeline {
  /** The repository, without what tools leave behind in a checkout. */
  private checkoutFiles: Directory
  private isExact: boolean
  private preparedGit?: Directory

  constructor(
    /**
     * The repository's files.
     */
    @argument({
      defaultPath: "/",
      ignore: [
        ".git",
        "**/.git/config",
        "**/node_modules",
        "**/.venv",
        "**/__pycache__",
        "**/.pytest_cache",
        "**/.ruff_cache",
        "**/.mypy_cache",
        "**/.hypothesis",
        "**/.ipynb_checkpoints",
        "**/.tox",
        "**/.nox",
        "**/.eggs",
        "**/.next",
        "**/.turbo",
        "**/.gradle",
        "**/.terraform",
        "**/.direnv",
        ".pipeline",
        "ci-report",
      ],
    })
    checkoutFiles: Directory,
    /**
     * The files instead of those, exactly as git knows them; the launcher prepares them.
     */
    preparedFiles?: Directory,
    /**
     * A folder with .git in it, for a checkout that has its own elsewhere; the launcher prepares it.
     */
    preparedGit?: Directory,
  ) {
    this.checkoutFiles = preparedFiles ?? checkoutFiles
    this.isExact = preparedFiles !== undefined
    this.preparedGit = preparedGit
  }

  private checkout(gitFolder: Directory) {
    const git = this.preparedGit ?? gitFolder
    return { source: this.checkoutFiles, gitFolder: git, exact: this.isExact }
  }

  /**
   * Runs every stage of the services that a change concerns, or of all: preflight, tests, image, smoke test, push.
   *
   * Exit codes: 0 passed or nothing to do, 1 a stage failed, 2 wrong configuration or usage, 3 could not know.
   *
   * Examples: `dagger call ci --changed`, `dagger call ci --service=api,matchmaking --push`
   */
  @func({ cache: "never" })
  async ci(
    /**
     * The repository's .git folder: what git needs to compare, and no configuration.
     */
    @argument({
      defaultPath: "/",
      ignore: [
        "*",
        "!.git",
        ".git/*",
        "!.git/HEAD",
        "!.git/index",
        "!.git/sharedindex.*",
        "!.git/info",
        "!.git/modules",
        "!.git/objects",
        "!.git/packed-refs",
        "!.git/refs",
        "!.git/reftable",
        "!.git/shallow",
        "!.git/worktrees",
        ".git/modules/**/config",
        ".git/modules/**/config.*",
        ".git/modules/**/credentials",
        ".git/modules/**/hooks",
        ".git/modules/**/logs",
        ".git/worktrees/*/config.worktree",
        ".git/worktrees/*/logs",
      ],
    })
    gitFolder: Directory,
    /** Only services that the change concerns. */
    changed: boolean = false,
    /** Only these services, by name. */
    service: string[] = [],
    /** Compare with this branch, tag or commit instead of the default branch. */
    base?: string,
    /** Compare this commit instead of what is checked out. */
    head?: string,
    /** Name of the GitHub event, such as pull_request. */
    eventName?: string,
    /** File with the GitHub event's payload. */
    event?: File,
    /** The last commit whose run was green; or service=commit,..., with * for the other services. */
    lastGreen?: string,
    /** End with exit code 3 when the base can't be determined, instead of running everything. */
    strictBase: boolean = false,
    /** Where missing history is fetched from, without credentials. */
    remote?: string,
    /** Token for the remote. */
    gitToken?: Secret,
    /** The user's own ignore file (core.excludesFile). */
    globalIgnore?: File,
    /** Services side by side; 0 means: from the engine's cores and memory. */
    jobs: number = 0,
    /** Only services that failed in the last run. */
    failed: boolean = false,
    /** Start nothing new once a stage failed. */
    failFast: boolean = false,
    /** Run every step again, even with the same inputs. */
    noCache: boolean = false,
    /** Secrets that builds may mount, each named after the end of its address: env://PIP_TOKEN is PIP_TOKEN. */
    buildSecret: Secret[] = [],
    /** Push the images of services whose every stage passed, tagged with the commit; skipped for a fork's pull request. */
    push: boolean = false,
    /** Registry and prefix to push to, in place of build.registry in pipeline.yaml. */
    registry?: string,
    /** User of the registry. */
    registryUser?: string,
    /** Password or token of that user. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000, for SBOM, provenance and signatures. */
    registryEndpoint?: Service,
    /** Private key that pushed images are signed with: of cosign, or of OpenSSL as PEM. */
    signingKey?: Secret,
    /** Password of that key. */
    signingPassword?: Secret,
    /** Credentials of AWS, as a credential process prints them, for a login to ECR. */
    aws?: Secret,
    /** Region of AWS; the registry's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
    /** Make repositories of ECR that are missing, with immutable tags. */
    createRepositories: boolean = false,
    /** Try failed tests again so often; a passed retry is reported as flaky. Default: as services.json says. */
    retries?: number,
  ): Promise<string> {
    return orExitCode(async () => {
      const started = new Date()
      const { config, files, warnings } = await readRepository(this.checkoutFiles)
      const options = {
        ...{ base, head, eventName, event, lastGreen, strictBase },
        ...{ remote, gitToken, globalIgnore },
      }
      const checkout = this.checkout(gitFolder)
      const target = {
        ...{ registry, registryUser, registryPassword, remote, registryEndpoint },
        ...{ signingKey, signingPassword, aws, awsRegion, awsEndpoint, createRepositories },
      }
      const isFork = push && event !== undefined && isFromFork(await event.contents())
      const release = push && !isFork ? await prepareRelease(checkout, config, target) : undefined
      const names = failed ? await failedServices(config, service) : service
      if (failed && names.length === 0) return "PASSED: nothing of the last run failed"
      const plan = await selectServices(checkout, config, { changed, names, ...options })
      const run = {
        started,
        fresh: noCache ? `${started.toISOString()}-` : "",
        secrets: await nameSecrets(buildSecret),
        ...(retries !== undefined && { retries: checkRetries(retries) }),
      }
      const inputs = { source: this.checkoutFiles, config, files, run }
      const selection = [
        ...(warnings ? [warnings] : []),
        ...(isFork ? [FORK_PUSH] : []),
        ...selectionLines(plan),
      ]
      const kept = await runServices(inputs, plan, {
        selection,
        failFast,
        ...(release && { release }),
        commit: await checkedOutCommit(checkout.gitFolder),
        command: callText("ci", { changed, failed, service, push, base, head, eventName }),
        ...(jobs > 0 && { jobs }),
      })
      return finishRun(config, kept)
    })
  }

  /**
   * Says what would run, and why each service is in or not; runs nothing.
   *
   * Examples: `dagger call plan`, `dagger call plan --format=json`, `dagger call plan --explain=api`
   */
  @func({ cache: "never" })
  async plan(
    /**
     * The repository's .git folder: what git needs to compare, and no configuration.
     */
    @argument({
      defaultPath: "/",
      ignore: [
        "*",
        "!.git",
        ".git/*",
        "!.git/HEAD",
        "!.git/index",
        "!.git/sharedindex.*",
        "!.git/info",
        "!.git/modules",
        "!.git/objects",
        "!.git/packed-refs",
        "!.git/refs",
        "!.git/reftable",
        "!.git/shallow",
        "!.git/worktrees",
        ".git/modules/**/config",
        ".git/modules/**/config.*",
        ".git/modules/**/credentials",
        ".git/modules/**/hooks",
        ".git/modules/**/logs",
        ".git/worktrees/*/config.worktree",
        ".git/worktrees/*/logs",
      ],
    })
    gitFolder: Directory,
    /** table, json, or matrix for a GitHub job. */
    format: string = "table",
    /** Explain one service: why it is in, or why it is not. */
    explain?: string,
    /** Only these services, by name. */
    service: string[] = [],
    /** Plan every service, without looking at git. */
    all: boolean = false,
    /** Compare with this branch, tag or commit instead of the default branch. */
    base?: string,
    /** Compare this commit instead of what is checked out. */
    head?: string,
    /** Name of the GitHub event, such as pull_request. */
    eventName?: string,
    /** File with the GitHub event's payload. */
    event?: File,
    /** The last commit whose run was green; or service=commit,..., with * for the other services. */
    lastGreen?: string,
    /** End with exit code 3 when the base can't be determined, instead of planning everything. */
    strictBase: boolean = false,
    /** Where missing history is fetched from, without credentials. */
    remote?: string,
    /** Token for the remote. */
    gitToken?: Secret,
    /** The user's own ignore file (core.excludesFile). */
    globalIgnore?: File,
    /** JSON file with the seconds that each service took before, for the table and for shards. */
    timings?: File,
    /** Deal the services out to so many jobs of a matrix, which take about equally long. */
    shards?: number,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const options = {
        ...{ base, head, eventName, event, lastGreen, strictBase },
        ...{ remote, gitToken, globalIgnore },
      }
      const checkout = this.checkout(gitFolder)
      const request = {
        ...{ changed: !all, names: service, format, explain, shards },
        timings: await timings?.contents(),
      }
      return planText(config, request, () => detectChanges(checkout, config, options))
    })
  }

  /**
   * Looks for security problems: in every service, in those that a change concerns, or in the whole repository.
   *
   * Exit codes: 0 clean, 1 findings against the policy, 2 wrong configuration or usage, 3 something was not looked at.
   *
   * Examples: `dagger call scan --changed`, `dagger call scan --tool=bandit,gitleaks`
   */
  @func({ cache: "never" })
  async scan(
    /**
     * The repository's .git folder, without its configuration.
     */
    @argument({
      defaultPath: "/",
      ignore: [
        "*",
        "!.git",
        ".git/config",
        ".git/config.worktree",
        ".git/hooks",
        ".git/logs",
        ".git/modules/**/config",
      ],
    })
    gitFolder: Directory,
    /** Only services that the change concerns. */
    changed: boolean = false,
    /** The whole repository, also what belongs to no service; git's history, all images and base images. */
    all: boolean = false,
    /** Only these services, by name. */
    service: string[] = [],
    /** Only these tools, by name. */
    tool: string[] = [],
    /** Also the services' images, with every layer, and the images that they are built on. */
    images: boolean = false,
    /** Also git's history: secrets that any commit ever added. */
    history: boolean = false,
    /** Compare with this branch, tag or commit instead of the default branch. */
    base?: string,
    /** Compare this commit instead of what is checked out. */
    head?: string,
    /** Name of the GitHub event, such as pull_request. */
    eventName?: string,
    /** File with the GitHub event's payload. */
    event?: File,
    /** The last commit whose run was green; or service=commit,..., with * for the other services. */
    lastGreen?: string,
    /** End with exit code 3 when the base can't be determined, instead of looking at everything. */
    strictBase: boolean = false,
    /** Where missing history is fetched from, without credentials. */
    remote?: string,
    /** Token for the remote. */
    gitToken?: Secret,
    /** The user's own ignore file (core.excludesFile). */
    globalIgnore?: File,
    /** Run every tool again, even on the same files. */
    noCache: boolean = false,
    /** Secrets that builds of images may mount, each named after the end of its address: env://PIP_TOKEN is PIP_TOKEN. */
    buildSecret: Secret[] = [],
  ): Promise<string> {
    return orExitCode(async () => {
      const started = new Date()
      const { config, files } = await readRepository(this.checkoutFiles)
      const options = {
        ...{ base, head, eventName, event, lastGreen, strictBase },
        ...{ remote, gitToken, globalIgnore },
      }
      const checkout = this.checkout(gitFolder)
      const request = { changed, names: service, ...options }
      const plan = all ? undefined : await selectServices(checkout, config, request)
      const run = {
        started,
        fresh: noCache ? `${started.toISOString()}-` : "",
        secrets: await nameSecrets(buildSecret),
      }
      const inputs = { source: this.checkoutFiles, config, files, run }
      const beside = { images: images || all, history: history || all }
      return scanText(inputs, checkout, { beside, tools: tool, ...(plan && { plan }) })
    })
  }

  /**
   * The files of a security scan of the whole repository: SARIF for GitHub (merged.sarif, and one file a tool),
   * audit.json, summary.md, baseline.json, and with images a folder sbom. Never fails because of what was found.
   *
   * Examples: `dagger call scan-report --all -o security`, `dagger call scan-report file --path=baseline.json -o security/baseline.json`
   */
  @func({ cache: "never" })
  async scanReport(
    /**
     * The repository's .git folder, without its configuration.
     */
    @argument({
      defaultPath: "/",
      ignore: [
        "*",
        "!.git",
        ".git/config",
        ".git/config.worktree",
        ".git/hooks",
        ".git/logs",
        ".git/modules/**/config",
      ],
    })
    gitFolder: Directory,
    /** Also git's history, all images and base images, as `scan --all`. */
    all: boolean = false,
    /** Only these tools, by name. */
    tool: string[] = [],
    /** Also the services' images, with every layer, and the images that they are built on. */
    images: boolean = false,
    /** Also git's history: secrets that any commit ever added. */
    history: boolean = false,
    /** Secrets that builds of images may mount, each named after the end of its address: env://PIP_TOKEN is PIP_TOKEN. */
    buildSecret: Secret[] = [],
  ): Promise<Directory> {
    return orExitCode(async () => {
      const { config, files } = await readRepository(this.checkoutFiles)
      const run = { started: new Date(), fresh: "", secrets: await nameSecrets(buildSecret) }
      const inputs = { source: this.checkoutFiles, config, files, run }
      const beside = { images: images || all, history: history || all }
      const look = lookBeside(inputs, this.checkout(gitFolder), beside, { tools: tool })
      return scanFolder(await scan({ ...inputs, tools: tool, beside: look }))
    })
  }

  /**
   * The images that a registry has for a commit, as images.json: service, repository, tag, digest and base images.
   *
   * A service without an image for the commit is left out.
   *
   * Example: `dagger call images -o images.json`
   */
  @func({ cache: "never" })
  async images(
    /**
     * The repository's .git folder: what git needs to compare, and no configuration.
     */
    @argument({
      defaultPath: "/",
      ignore: [
        "*",
        "!.git",
        ".git/*",
        "!.git/HEAD",
        "!.git/index",
        "!.git/sharedindex.*",
        "!.git/info",
        "!.git/modules",
        "!.git/objects",
        "!.git/packed-refs",
        "!.git/refs",
        "!.git/reftable",
        "!.git/shallow",
        "!.git/worktrees",
        ".git/modules/**/config",
        ".git/modules/**/config.*",
        ".git/modules/**/credentials",
        ".git/modules/**/hooks",
        ".git/modules/**/logs",
        ".git/worktrees/*/config.worktree",
        ".git/worktrees/*/logs",
      ],
    })
    gitFolder: Directory,
    /** Only these services, by name. */
    service: string[] = [],
    /** Full id of a commit; default: the one that is checked out. */
    tag?: string,
    /** Registry and prefix, in place of build.registry in pipeline.yaml. */
    registry?: string,
    /** User of the registry. */
    registryUser?: string,
    /** Password or token of that user. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000; without it, no SBOM is found there. */
    registryEndpoint?: Service,
    /** Credentials of AWS, as a credential process prints them, for a login to ECR. */
    aws?: Secret,
  ): Promise<File> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const target = { registry, registryUser, registryPassword, registryEndpoint, aws }
      const selection = { names: service, tag }
      const found = await findImages(this.checkout(gitFolder), config, selection, target)
      return imagesFile(config, found)
    })
  }

  /**
   * Verifies that the images of a commit are signed with a key, with their provenance and their SBOM.
   *
   * Exit codes: 0 all are, 1 something is not, 2 no image is there or wrong usage, 3 the registry does not answer.
   *
   * Example: `dagger call verify-images --key=cosign.pub --service=api`
   */
  @func({ cache: "never" })
  async verifyImages(
    /**
     * The repository's .git folder: what git needs to compare, and no configuration.
     */
    @argument({
      defaultPath: "/",
      ignore: [
        "*",
        "!.git",
        ".git/*",
        "!.git/HEAD",
        "!.git/index",
        "!.git/sharedindex.*",
        "!.git/info",
        "!.git/modules",
        "!.git/objects",
        "!.git/packed-refs",
        "!.git/refs",
        "!.git/reftable",
        "!.git/shallow",
        "!.git/worktrees",
        ".git/modules/**/config",
        ".git/modules/**/config.*",
        ".git/modules/**/credentials",
        ".git/modules/**/hooks",
        ".git/modules/**/logs",
        ".git/worktrees/*/config.worktree",
        ".git/worktrees/*/logs",
      ],
    })
    gitFolder: Directory,
    /** The public key, as PEM. */
    key: File,
    /** Only these services, by name. */
    service: string[] = [],
    /** Full id of a commit; default: the one that is checked out. */
    tag?: string,
    /** Registry and prefix, in place of build.registry in pipeline.yaml. */
    registry?: string,
    /** User of the registry. */
    registryUser?: string,
    /** Password or token of that user. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000. */
    registryEndpoint?: Service,
    /** Credentials of AWS, as a credential process prints them, for a login to ECR. */
    aws?: Secret,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const target = { registry, registryUser, registryPassword, registryEndpoint, aws }
      const selection = { names: service, tag }
      const found = await findImages(this.checkout(gitFolder), config, selection, target)
      return verifyImages(config, found.images, key, found.access)
    })
  }

  /**
   * In which layers and files a service's image in the registry differs from the one that is built here and now.
   *
   * Examples: `dagger call diff-images --service=api`, `dagger call diff-images --service=api --image=api:old`
   */
  @func({ cache: "never" })
  async diffImages(
    /**
     * The repository's .git folder: what git needs to compare, and no configuration.
     */
    @argument({
      defaultPath: "/",
      ignore: [
        "*",
        "!.git",
        ".git/*",
        "!.git/HEAD",
        "!.git/index",
        "!.git/sharedindex.*",
        "!.git/info",
        "!.git/modules",
        "!.git/objects",
        "!.git/packed-refs",
        "!.git/refs",
        "!.git/reftable",
        "!.git/shallow",
        "!.git/worktrees",
        ".git/modules/**/config",
        ".git/modules/**/config.*",
        ".git/modules/**/credentials",
        ".git/modules/**/hooks",
        ".git/modules/**/logs",
        ".git/worktrees/*/config.worktree",
        ".git/worktrees/*/logs",
      ],
    })
    gitFolder: Directory,
    /** Name of the service. */
    service: string,
    /** Full id of the commit whose image is compared; default: the one that is checked out. */
    tag?: string,
    /** Any image, in place of the registry's. */
    image?: string,
    /** Registry and prefix, in place of build.registry in pipeline.yaml. */
    registry?: string,
    /** User of the registry. */
    registryUser?: string,
    /** Password or token of that user. */
    registryPassword?: Secret,
    /** Secrets that the image's build mounts, as for `ci`. */
    buildSecret: Secret[] = [],
  ): Promise<string> {
    return orExitCode(async () => {
      const { config, files } = await readRepository(this.checkoutFiles)
      const built = imageService(config, service)
      const run = { started: new Date(), fresh: "", secrets: await nameSecrets(buildSecret) }
      const inputs = { source: this.checkoutFiles, config, files, run }
      const target = { registry, registryUser, registryPassword }
      const selection = { names: [service], tag }
      const other =
        image === undefined
          ? await pushedContainer(
              built,
              await findImages(this.checkout(gitFolder), config, selection, target),
            )
          : dag.container().from(image)
      const workspace = await openWorkspace(inputs, [built])
      return diffImages(other, await builtLike(other, workspace, built))
    })
  }

  /**
   * What the tags of `images` in pipeline.yaml stand for now: what would change, and the changed file.
   *
   * Examples: `dagger call update-images diff`, `dagger call update-images file -o pipeline.yaml`
   */
  @func({ cache: "never" })
  async updateImages(
    /** Also the tags that services are built from and tested in, and `images` does not name. */
    add: boolean = false,
  ): Promise<ImageUpdate> {
    return orExitCode(async () => {
      const { config, files } = await readRepository(this.checkoutFiles)
      return updateImages(this.checkoutFiles, config, files, { add })
    })
  }

  /**
   * The last run's results, without running anything again: report.html, summary.md, junit, run.json.
   *
   * Exit codes: 0 however the run ended, 2 for a run that is not kept, or a record that can't be read.
   *
   * Examples: `dagger call report -o ci-report`, `dagger call report --run=20261124T012002-q0xd -o ci-report`,
   * `dagger call report --deployments=history.json -o ci-report`
   */
  @func({ cache: "never" })
  async report(
    /** Id of a run; by default the last one. */
    run?: string,
    /** Make it from this run.json, or from the launcher's .pipeline/runs/<id>.jsonl. */
    from?: File,
    /** Show this history too: what `deployments --service=all --environment=production --format=json` prints. */
    deployments?: File,
  ): Promise<Directory> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      return reportFolder(config, {
        ...(run && { run }),
        ...(from && { from }),
        ...(deployments && { deployments }),
      })
    })
  }

  /**
   * Joins the records of runs that shared the services of one commit out: one verdict, and one run for `report`.
   *
   * Exit codes: as those of `ci`; 3 when a service that was named is in no record, 2 for records that don't belong together.
   *
   * Example: `dagger call merge --records=shards --service=api,matchmaking`
   */
  @func({ cache: "never" })
  async merge(
    /** Folder with the run.json that each run's `report` left, at any depth. */
    records: Directory,
    /** Services that must be in one of them, by name. */
    service: string[] = [],
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      return finishRun(config, await mergeShardRecords(records, service))
    })
  }

  /**
   * Lists the runs that are kept in the engine, the last one first.
   *
   * Example: `dagger call runs`
   */
  @func({ cache: "never" })
  async runs(
    /** table or json. */
    format: string = "table",
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      return listRuns(config, format)
    })
  }

  /**
   * The container just before a step, to look at why it failed: the same files, environment and backing services.
   *
   * In it, `sh -c "$PIPELINE_STEP"` runs the step.
   *
   * Examples: `dagger call debug --service=api --step=test terminal`,
   * `dagger call debug --service=api --step=test --rerun stdout`, `dagger call debug --from=ci-report/run.json terminal`
   */
  @func({ cache: "never" })
  async debug(
    /**
     * The repository's .git folder: what git needs to compare, and no configuration.
     */
    @argument({
      defaultPath: "/",
      ignore: [
        "*",
        "!.git",
        ".git/*",
        "!.git/HEAD",
        "!.git/index",
        "!.git/sharedindex.*",
        "!.git/info",
        "!.git/modules",
        "!.git/objects",
        "!.git/packed-refs",
        "!.git/refs",
        "!.git/reftable",
        "!.git/shallow",
        "!.git/worktrees",
        ".git/modules/**/config",
        ".git/modules/**/config.*",
        ".git/modules/**/credentials",
        ".git/modules/**/hooks",
        ".git/modules/**/logs",
        ".git/worktrees/*/config.worktree",
        ".git/worktrees/*/logs",
      ],
    })
    gitFolder: Directory,
    /** Name of the service; with --from, the first that failed if left out. */
    service: string = "",
    /** preflight, test, scan, build, smoke, contract, push or integration; with --from, what failed if left out. */
    step: string = "",
    /** Secrets that the image's build mounts, as for `ci`. */
    buildSecret: Secret[] = [],
    /** Which shard of the tests, counted from 1, when they are split. */
    shard?: number,
    /** Which security tool of the step scan; the first that looks at the service if left out. */
    tool?: string,
    /** Run the step in it, whatever was cached: `stdout` prints what it said, and its exit code comes back. */
    rerun: boolean = false,
    /** A run's record (run.json of its report): take up its step, with the files of its commit, and say what differs. */
    from?: File,
  ): Promise<Container> {
    return orExitCode(async () => {
      const checkout = this.checkout(gitFolder)
      const recorded = from && recordedStep(await from.contents(), { service, step })
      const source = recorded?.commit
        ? await commitFiles(checkout.gitFolder, recorded.commit)
        : checkout.source
      const { config, files } = await readRepository(source)
      const inputs = {
        source,
        config,
        files,
        run: { started: new Date(), fresh: "", secrets: await nameSecrets(buildSecret) },
      }
      return debugContainer(inputs, {
        service: recorded?.service ?? service,
        step: recorded?.step ?? step,
        ...(shard !== undefined && { shard }),
        ...(tool && { tool }),
        ...{ rerun, ...(recorded && { recorded }) },
      })
    })
  }

  /**
   * Deploys an image to an environment on AWS ECS, watches it, and rolls it back when it is bad.
   *
   * Exit codes: 0 passed, 1 refused before anything began, 2 wrong configuration or usage, 3 could not know,
   * 10 rolled back, 11 rollback failed, 12 deadline, 13 another deployment took its place.
   *
   * Example: `dagger call deploy --service=api --tag=abc123 --environment=staging --aws=file://credentials.json`
   */
  @func({ cache: "never" })
  async deploy(
    /** Name of the service, or all-changed for every one whose image is another than the running one. */
    service: string,
    /** Tag or digest of the image: the full id of the commit. */
    tag: string,
    /** Name of the environment, as in pipeline.yaml. */
    environment: string,
    /** Credentials of AWS, as a credential process prints them. */
    aws: Secret,
    /** rolling, blue-green, canary or linear; as the configuration says by default. */
    strategy?: string,
    /** Only show what would be done, and what would change. */
    dryRun: boolean = false,
    /** Leave it to itself at this stage of ECS, such as BAKE_TIME. */
    until?: string,
    /** With all-changed: take back what passed when a later one fails. */
    atomic: boolean = false,
    /** Region of AWS; the environment's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
    /** Registry and prefix of the images; `build.registry` of pipeline.yaml by default. */
    registry?: string,
    /** Who signs in to the registry; not needed for ECR. */
    registryUser?: string,
    /** Password for the registry. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000. */
    registryEndpoint?: Service,
    /** Address that takes Slack's messages. */
    webhook?: Secret,
    /** Token for GitHub deployments. */
    githubToken?: Secret,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const access = {
        ...{ aws, awsRegion, awsEndpoint, registry, registryUser, registryPassword },
        ...{ registryEndpoint, webhook, githubToken },
      }
      return runDeploy(
        config,
        "deploy",
        { service, tag, environment, strategy, "dry-run": dryRun, until, atomic },
        access,
      )
    })
  }

  /**
   * Deploys to an environment what passed last in the one before it: the same image, by its digest.
   *
   * Example: `dagger call promote --service=api --environment=production --aws=file://credentials.json`
   */
  @func({ cache: "never" })
  async promote(
    /** Name of the service. */
    service: string,
    /** Name of the environment, as in pipeline.yaml. */
    environment: string,
    /** Credentials of AWS, as a credential process prints them. */
    aws: Secret,
    /** rolling, blue-green, canary or linear; as the configuration says by default. */
    strategy?: string,
    /** Only show what would be done, and what would change. */
    dryRun: boolean = false,
    /** Leave it to itself at this stage of ECS, such as BAKE_TIME. */
    until?: string,
    /** Region of AWS; the environment's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
    /** Registry and prefix of the images; `build.registry` of pipeline.yaml by default. */
    registry?: string,
    /** Who signs in to the registry; not needed for ECR. */
    registryUser?: string,
    /** Password for the registry. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000. */
    registryEndpoint?: Service,
    /** Address that takes Slack's messages. */
    webhook?: Secret,
    /** Token for GitHub deployments. */
    githubToken?: Secret,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const access = {
        ...{ aws, awsRegion, awsEndpoint, registry, registryUser, registryPassword },
        ...{ registryEndpoint, webhook, githubToken },
      }
      return runDeploy(
        config,
        "promote",
        { service, environment, strategy, "dry-run": dryRun, until },
        access,
      )
    })
  }

  /**
   * Goes back to an earlier image: stops a deployment in progress, or deploys what passed here before.
   *
   * Example: `dagger call rollback --service=api --environment=production --aws=file://credentials.json`
   */
  @func({ cache: "never" })
  async rollback(
    /** Name of the service. */
    service: string,
    /** Name of the environment, as in pipeline.yaml. */
    environment: string,
    /** Credentials of AWS, as a credential process prints them. */
    aws: Secret,
    /** Tag or digest of the image to go back to; what ran before the current one by default. */
    tag?: string,
    /** Only show what would be done, and what would change. */
    dryRun: boolean = false,
    /** Region of AWS; the environment's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
    /** Registry and prefix of the images; `build.registry` of pipeline.yaml by default. */
    registry?: string,
    /** Who signs in to the registry; not needed for ECR. */
    registryUser?: string,
    /** Password for the registry. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000. */
    registryEndpoint?: Service,
    /** Address that takes Slack's messages. */
    webhook?: Secret,
    /** Token for GitHub deployments. */
    githubToken?: Secret,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const access = {
        ...{ aws, awsRegion, awsEndpoint, registry, registryUser, registryPassword },
        ...{ registryEndpoint, webhook, githubToken },
      }
      return runDeploy(config, "rollback", { service, environment, tag, "dry-run": dryRun }, access)
    })
  }

  /**
   * Looks after a deployment that was left in progress, until it is known how it ends.
   *
   * Exit codes: as for deploy.
   *
   * Examples: `dagger call watch --service=api --environment=production --aws=file://credentials.json`,
   * `dagger call watch --deployment=arn:aws:ecs:... --aws=file://credentials.json`
   */
  @func({ cache: "never" })
  async watch(
    /** Credentials of AWS, as a credential process prints them. */
    aws: Secret,
    /** Name of the service; that of the deployment by default. */
    service?: string,
    /** Name of the environment, as in pipeline.yaml; that of the deployment by default. */
    environment?: string,
    /** ARN of the deployment; the current one of the service by default. */
    deployment?: string,
    /** Leave it to itself at this stage of ECS, such as BAKE_TIME. */
    until?: string,
    /** Region of AWS; the environment's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
    /** Registry and prefix of the images; `build.registry` of pipeline.yaml by default. */
    registry?: string,
    /** Who signs in to the registry; not needed for ECR. */
    registryUser?: string,
    /** Password for the registry. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000. */
    registryEndpoint?: Service,
    /** Address that takes Slack's messages. */
    webhook?: Secret,
    /** Token for GitHub deployments. */
    githubToken?: Secret,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const access = {
        ...{ aws, awsRegion, awsEndpoint, registry, registryUser, registryPassword },
        ...{ registryEndpoint, webhook, githubToken },
      }
      return runDeploy(config, "watch", { service, environment, deployment, until }, access)
    })
  }

  /**
   * Shows how a deployed service is: tasks, image and commit, deployments, alarms, targets, stopped tasks, events, log.
   *
   * Example: `dagger call status --service=api --environment=production --aws=file://credentials.json`
   */
  @func({ cache: "never" })
  async status(
    /** Name of the service. */
    service: string,
    /** Name of the environment, as in pipeline.yaml. */
    environment: string,
    /** Credentials of AWS, as a credential process prints them. */
    aws: Secret,
    /** text or json. */
    format: string = "text",
    /** Region of AWS; the environment's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
    /** Registry and prefix of the images; `build.registry` of pipeline.yaml by default. */
    registry?: string,
    /** Who signs in to the registry; not needed for ECR. */
    registryUser?: string,
    /** Password for the registry. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000. */
    registryEndpoint?: Service,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const access = {
        ...{ aws, awsRegion, awsEndpoint, registry, registryUser, registryPassword },
        ...{ registryEndpoint },
      }
      return runDeploy(config, "status", { service, environment, format }, access)
    })
  }

  /**
   * Collects what somebody needs who looks into a problem of a deployed service, as a folder for a ticket, without secrets.
   *
   * It holds status.txt, status.json, log.txt, task-definition.json, history.txt and history.json.
   *
   * Example: `dagger call support-bundle --service=api --environment=production --aws=file://credentials.json -o ticket`
   */
  @func({ cache: "never" })
  async supportBundle(
    /** Name of the service. */
    service: string,
    /** Name of the environment, as in pipeline.yaml. */
    environment: string,
    /** Credentials of AWS, as a credential process prints them. */
    aws: Secret,
    /** Region of AWS; the environment's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
    /** Registry and prefix of the images; `build.registry` of pipeline.yaml by default. */
    registry?: string,
    /** Who signs in to the registry; not needed for ECR. */
    registryUser?: string,
    /** Password for the registry. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000. */
    registryEndpoint?: Service,
  ): Promise<Directory> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const access = {
        ...{ aws, awsRegion, awsEndpoint, registry, registryUser, registryPassword },
        ...{ registryEndpoint },
      }
      return runDeployToFolder(config, "support-bundle", { service, environment }, access)
    })
  }

  /**
   * Lists who deployed which image when and with which verdict, and what that amounts to.
   *
   * Example: `dagger call deployments --service=api --environment=production --aws=file://credentials.json`
   */
  @func({ cache: "never" })
  async deployments(
    /** Name of the service, or all. */
    service: string,
    /** Name of the environment, as in pipeline.yaml. */
    environment: string,
    /** Credentials of AWS, as a credential process prints them. */
    aws: Secret,
    /** text or json. */
    format: string = "text",
    /** Records of each service that are read at most, the newest first. */
    limit: number = 50,
    /** Region of AWS; the environment's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
    /** Registry and prefix of the images; `build.registry` of pipeline.yaml by default. */
    registry?: string,
    /** Who signs in to the registry; not needed for ECR. */
    registryUser?: string,
    /** Password for the registry. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000. */
    registryEndpoint?: Service,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const access = {
        ...{ aws, awsRegion, awsEndpoint, registry, registryUser, registryPassword },
        ...{ registryEndpoint },
      }
      return runDeploy(config, "deployments", { service, environment, format, limit }, access)
    })
  }

  /**
   * Compares alarms, dashboards, log groups and metric filters with what they are to be; `apply` makes them so.
   *
   * Exit codes: 0 nothing to do or done, 1 something differs (`verify`).
   *
   * Example: `dagger call monitoring --service=api --environment=production --action=plan --aws=file://credentials.json`
   */
  @func({ cache: "never" })
  async monitoring(
    /** Name of the service, or all for every one in the environment and a dashboard of all. */
    service: string,
    /** Name of the environment, as in pipeline.yaml. */
    environment: string,
    /** plan, apply or verify. */
    action: string,
    /** Credentials of AWS, as a credential process prints them. */
    aws: Secret,
    /** Region of AWS; the environment's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
    /** Registry and prefix of the images; `build.registry` of pipeline.yaml by default. */
    registry?: string,
    /** Who signs in to the registry; not needed for ECR. */
    registryUser?: string,
    /** Password for the registry. */
    registryPassword?: Secret,
    /** A registry that only this machine reaches, such as tcp://127.0.0.1:5000. */
    registryEndpoint?: Service,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const access = {
        ...{ aws, awsRegion, awsEndpoint, registry, registryUser, registryPassword },
        ...{ registryEndpoint },
      }
      return runDeploy(config, "monitoring", { service, environment, action }, access)
    })
  }

  /**
   * Prints the IAM roles of an environment: who may take them, and what they may do; and what keeps its network apart.
   *
   * Exit codes: 0 printed, or as it is to be; 1 a role in IAM is another (`--verify`).
   *
   * Examples: `dagger call permissions --environment=production`,
   * `dagger call permissions --environment=production --verify --aws=file://credentials.json`
   */
  @func({ cache: "never" })
  async permissions(
    /** Name of the environment, as in pipeline.yaml. */
    environment: string,
    /** Compare the roles with those that are in IAM. */
    verify: boolean = false,
    /** Credentials of AWS, as a credential process prints them; only to compare. */
    aws?: Secret,
    /** Region of AWS; the environment's by default. */
    awsRegion?: string,
    /** An emulator in place of AWS, such as tcp://127.0.0.1:4566. */
    awsEndpoint?: Service,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      const access = { aws, awsRegion, awsEndpoint }
      return runDeploy(config, "permissions", { environment, verify }, access)
    })
  }

  /**
   * Runs the synthetic transactions of a service by themselves.
   *
   * Example: `dagger call transactions --service=api --environment=staging`
   */
  @func({ cache: "never" })
  async transactions(
    /** Name of the service. */
    service: string,
    /** Name of the environment, as in pipeline.yaml. */
    environment: string,
  ): Promise<string> {
    return orExitCode(async () => {
      const { config } = await readRepository(this.checkoutFiles)
      return runDeploy(config, "transactions", { service, environment }, {})
    })
  }
}

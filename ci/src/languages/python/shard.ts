import type { Container } from "@dagger.io/dagger"
import { REPORT_FOLDER, SHARD_FOLDER } from "../language.js"

/**
 * A pytest plugin that keeps one shard's part of a session: whole files, so
 * that what tests of a file share stays together, the slowest first to whoever
 * has the least to do. Every shard comes to the same division by itself.
 */
const PLUGIN = `
import os

import pytest

NUMBER, COUNT = map(int, os.environ["PIPELINE_SHARD"].split("/"))
REPORTS = "${REPORT_FOLDER}"
seconds = {}


def file_of(nodeid):
    return nodeid.split("::")[0]


def known_times():
    times = {}
    with open(os.environ["PIPELINE_SHARD_TIMES"]) as lines:
        for line in lines:
            value, _, name = line.rstrip("\\n").partition(" ")
            times[name] = float(value)
    return times


def divide(files):
    times = known_times()
    usual = sum(times.values()) / len(times) if times else 1.0
    loads = [0.0] * COUNT
    shards = [set() for _ in range(COUNT)]
    for file in sorted(files, key=lambda name: (-times.get(name, usual), name)):
        lightest = loads.index(min(loads))
        loads[lightest] += times.get(file, usual)
        shards[lightest].add(file)
    return shards


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    files = {file_of(item.nodeid) for item in items}
    mine = divide(files)[NUMBER - 1]
    with open(f"{REPORTS}/shard.txt", "w") as report:
        report.write(f"{len(files)} {len(mine)}\\n")
    others = [item for item in items if file_of(item.nodeid) not in mine]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if file_of(item.nodeid) in mine]


def pytest_runtest_logreport(report):
    file = file_of(report.nodeid)
    seconds[file] = seconds.get(file, 0.0) + report.duration


def pytest_sessionfinish(session):
    if hasattr(session.config, "workerinput"):
        return
    with open(f"{REPORTS}/times.txt", "w") as report:
        for file, value in sorted(seconds.items()):
            report.write(f"{value:.3f} {file}\\n")
`.trimStart()

/** Makes pytest run one shard: PIPELINE_SHARD says which, PIPELINE_SHARD_TIMES names a file of earlier times. */
export async function withPytestShard(container: Container): Promise<Container> {
  const modules = await container.envVariable("PYTHONPATH")
  return (
    container
      .withNewFile(`${SHARD_FOLDER}/pipeline_shard.py`, PLUGIN)
      // An empty entry would be the current folder, which plain pytest does not look into.
      .withEnvVariable("PYTHONPATH", [modules, SHARD_FOLDER].filter(Boolean).join(":"))
      .withEnvVariable("PYTEST_ADDOPTS", "${PYTEST_ADDOPTS} -p pipeline_shard", { expand: true })
  )
}

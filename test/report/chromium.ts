import type { Browser } from "playwright-core"
import { chromium } from "playwright-core"
import { installCommand } from "../../engine/lib/debian.mjs"
import { run, which } from "../../engine/lib/process.mjs"

const PACKAGE = "chromium"

/** Debian's browser, installed when it is missing. */
export async function startChromium(): Promise<Browser> {
  if (!(await which(PACKAGE))) await install()
  // As root, Chromium has no sandbox of its own.
  return chromium.launch({ executablePath: await which(PACKAGE), args: ["--no-sandbox"] })
}

async function install(): Promise<void> {
  console.error(`installing a Debian package: ${installCommand([PACKAGE])}`)
  const env = { DEBIAN_FRONTEND: "noninteractive" }
  await run("apt-get", ["update", "-q"], { env, allowFailure: true })
  await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", PACKAGE], { env })
}

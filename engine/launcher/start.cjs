// What any Node.js can read, so that an old one is told apart from a broken one, without starting it twice.
const OLDEST = 20

if (Number(process.versions.node.split(".")[0]) >= OLDEST) {
  import("./main.mjs")
} else {
  process.stderr.write(
    `pipeline: needs Node.js ${OLDEST} or newer, found ${process.version}; install it from your distribution or nodejs.org\n`,
  )
  process.exitCode = 2
}

import { ConfigError, readConfig } from "./config.js"
import { startServer } from "./server.js"

async function main() {
  const { port, stop } = await startServer(readConfig(process.env))
  console.log(`listening on port ${port}`)
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, async () => {
      await stop()
      process.exit(0)
    })
  }
}

try {
  await main()
} catch (error) {
  // A setting is the operator's to correct; of everything else the stack is wanted.
  console.error(error instanceof ConfigError ? `realtime-gateway: ${error.message}` : error)
  process.exit(1)
}

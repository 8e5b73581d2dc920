// Stands for @opentelemetry/sdk-node in core.js: the SDK starts it with a list
// of span processors and nothing else, and the original brings ten exporters
// (gRPC among them) that take longer to load than most functions take to run.
import { context, propagation, trace } from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import { W3CTraceContextPropagator } from "@opentelemetry/core"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base"

export class NodeSDK {
  /** @param {{serviceName: string, spanProcessors: import("@opentelemetry/sdk-trace-base").SpanProcessor[]}} options */
  constructor({ serviceName, spanProcessors }) {
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ "service.name": serviceName }),
      spanProcessors,
    })
  }

  start() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    trace.setGlobalTracerProvider(this.provider)
  }

  async shutdown() {
    await this.provider.shutdown()
  }
}

import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { gunzipSync } from "node:zlib"
// OpenTelemetry's own definitions of what goes over the wire.
import definitions from "@opentelemetry/otlp-transformer/build/src/generated/root.js"

/** A span as it arrived. */
export interface ReceivedSpan {
  name: string
  trace: string
  id: string
  /** Id of the span around it; empty when there is none. */
  parent: string
  attributes: Record<string, unknown>
  /** Whether its end was told, and not before its beginning. */
  ended: boolean
}

/** An OTLP endpoint, for as long as a test needs one. */
export interface TraceReceiver {
  /** What points a run at it. */
  variables: NodeJS.ProcessEnv
  /** What arrived so far: of each span what was told last, since Dagger sends those that run, too. */
  spans(): ReceivedSpan[]
  /** Requests that were not what the protocol says. */
  faults: string[]
  close(): void
}

interface Messages {
  ExportTraceServiceRequest: { decode(bytes: Uint8Array): { resourceSpans: ResourceSpans[] } }
  ExportTraceServiceResponse: {
    create(): object
    encode(message: object): { finish(): Uint8Array }
  }
}

interface ResourceSpans {
  scopeSpans: { spans: WireSpan[] }[]
}

interface WireSpan {
  name: string
  traceId: Uint8Array
  spanId: Uint8Array
  parentSpanId: Uint8Array | null
  startTimeUnixNano: Time
  endTimeUnixNano: Time | null
  attributes: { key: string; value: Record<string, unknown> }[]
}

type Time = number | { toString(): string }

const { ExportTraceServiceRequest, ExportTraceServiceResponse } = (
  definitions as unknown as {
    opentelemetry: { proto: { collector: { trace: { v1: Messages } } } }
  }
).opentelemetry.proto.collector.trace.v1

/**
 * Receives traces by OTLP over HTTP, in protobuf, as an OpenTelemetry collector does.
 *
 * Specification: https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export async function traceReceiver(): Promise<TraceReceiver> {
  const spans = new Map<string, ReceivedSpan>()
  const faults: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const { url, method, headers } = request
      const isTrace = url === "/v1/traces"
      try {
        if (method !== "POST" || headers["content-type"] !== "application/x-protobuf")
          throw new Error(`${method} of ${headers["content-type"]}`)
        if (isTrace)
          for (const span of read(Buffer.concat(chunks), headers["content-encoding"]))
            spans.set(span.id, span)
        response.writeHead(200, { "content-type": "application/x-protobuf" })
        const answer = ExportTraceServiceResponse
        response.end(isTrace ? answer.encode(answer.create()).finish() : "")
      } catch (error) {
        faults.push(`${url}: ${error}`)
        response.writeHead(400).end()
      }
    })
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const { port } = server.address() as AddressInfo
  return {
    variables: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    },
    spans: () => [...spans.values()],
    faults,
    close: () => server.close(),
  }
}

function read(body: Buffer, encoding: string | undefined): ReceivedSpan[] {
  const { resourceSpans } = ExportTraceServiceRequest.decode(
    encoding === "gzip" ? gunzipSync(body) : body,
  )
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map(receivedSpan)),
  )
}

function receivedSpan(span: WireSpan): ReceivedSpan {
  return {
    name: span.name,
    trace: hex(span.traceId),
    id: hex(span.spanId),
    parent: hex(span.parentSpanId ?? new Uint8Array()),
    attributes: Object.fromEntries(
      span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
    ),
    ended: BigInt(`${span.endTimeUnixNano ?? 0}`) >= BigInt(`${span.startTimeUnixNano}`),
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex")
}

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CacheSchema, KeyPartSchema, ServiceSchema } from "@slipway/pipeline-sdk/graph";
import type { Pipeline } from "../definition/pipeline.ts";
import { resolveContainer } from "./container.ts";
import { resolveText } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { resolveVariables } from "./steps.ts";

type Service = NonNullable<Pipeline["services"]>[string];
type Cache = NonNullable<Pipeline["caches"]>[string];

export function resolveService(
  id: string,
  service: Service,
  scope: Scope,
): MessageInitShape<typeof ServiceSchema> {
  const path = ["services", id];
  const { health } = service;
  return {
    id,
    container: resolveContainer(service.image, scope, [...path, "image"]),
    env: resolveVariables(service.env, { scope, path: [...path, "env"] }),
    ports: (service.ports ?? []).map((port) => {
      if (typeof port === "number") return { container: port };
      const [host, container] = port.split(":").map(Number);
      return { container: container ?? 0, host: host ?? 0 };
    }),
    command: [...(service.command ?? [])],
    health:
      health === undefined
        ? undefined
        : {
            command: resolveText(health.command, scope, [...path, "health", "command"]),
            intervalSeconds: health.interval_seconds ?? 0,
            timeoutSeconds: health.timeout_seconds ?? 0,
            retries: health.retries ?? 0,
            startPeriodSeconds: health.start_period_seconds ?? 0,
          },
    place: { path: path.join(".") },
  };
}

export function resolveCache(
  id: string,
  cache: Cache,
  scope: Scope,
): MessageInitShape<typeof CacheSchema> {
  const path = ["caches", id];
  return {
    id,
    paths: cache.paths.map((each, at) => resolveText(each, scope, [...path, "paths", at])),
    keyParts: (cache.key_parts ?? []).map((part, at) =>
      keyPartOf(resolveText(part, scope, [...path, "key_parts", at])),
    ),
    backend: cache.backend ?? "native",
    place: { path: path.join(".") },
  };
}

/** `ruby:3.3` is a text, `platform` the machine, and anything else a file. */
function keyPartOf(part: string): MessageInitShape<typeof KeyPartSchema> {
  if (part === "platform") return { kind: { case: "platform", value: true } };
  return part.includes(":")
    ? { kind: { case: "text", value: part } }
    : { kind: { case: "file", value: part } };
}

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ContainerSchema } from "@slipway/pipeline-sdk/graph";
import type { Container } from "../definition/resources.ts";
import { resolveText } from "./scope.ts";
import type { KeyPath, Scope } from "./scope.ts";

export function resolveContainer(
  image: Container | undefined,
  scope: Scope,
  path: KeyPath,
): MessageInitShape<typeof ContainerSchema> | undefined {
  if (image === undefined) return undefined;
  if (typeof image === "string") return { image: resolveText(image, scope, path) };
  const { name, credentials, user = "", entrypoint = [] } = image;
  return {
    image: resolveText(name, scope, [...path, "name"]),
    credentials:
      credentials === undefined
        ? undefined
        : { username: credentials.username, passwordSecret: credentials.password_secret },
    user,
    entrypoint: [...entrypoint],
  };
}

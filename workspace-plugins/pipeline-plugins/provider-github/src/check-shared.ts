import type { Permissions, Place, Value } from "@slipway/pipeline-sdk/graph";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { checkValue } from "./check-values.ts";
import { permissionProblems } from "./permissions.ts";
import { problem } from "./problems.ts";

export function checkGroup(
  group: Value | undefined,
  place: Place | undefined,
  kinds: readonly Value["kind"]["case"][],
): readonly Diagnostic[] {
  return group === undefined
    ? []
    : checkValue(group, place, { where: "a concurrency group", kinds });
}

export function checkPermissions(permissions: Permissions | undefined): readonly Diagnostic[] {
  return permissionProblems(permissions).map((message) =>
    problem({
      code: "GITHUB_PERMISSIONS",
      title: "permissions that GitHub does not take",
      message,
      fixHint: "say none, read or write of scopes of GitHub, or one of them for all",
      place: permissions?.place,
    }),
  );
}

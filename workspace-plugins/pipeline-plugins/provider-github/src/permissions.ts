import { Permissions_Access } from "@slipway/pipeline-sdk/graph";
import type { Permissions } from "@slipway/pipeline-sdk/graph";
import { unknownKind } from "./expressions.ts";
import type { Plain } from "./plain.ts";

function nameOf(access: Permissions_Access): string {
  switch (access) {
    case Permissions_Access.NONE:
      return "none";
    case Permissions_Access.READ:
      return "read";
    case Permissions_Access.WRITE:
      return "write";
    case Permissions_Access.UNSPECIFIED:
      throw unknownKind("permission");
  }
}

/** Scopes in the order of their names, all others having none; `read-all` and `write-all` stand for all. */
export function renderPermissions(permissions: Permissions | undefined): Plain | undefined {
  if (permissions === undefined) return undefined;
  const { default: all, scopes } = permissions;
  if (all === Permissions_Access.READ || all === Permissions_Access.WRITE)
    return `${nameOf(all)}-all`;
  return Object.fromEntries(
    Object.entries(scopes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([scope, access]) => [scope, nameOf(access)]),
  );
}

const { READ, WRITE } = Permissions_Access;
const usual = [READ, WRITE];

/** What each scope can be given, beside nothing: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#permissions. */
const scopes: Readonly<Record<string, readonly Permissions_Access[]>> = {
  actions: usual,
  "artifact-metadata": usual,
  attestations: usual,
  checks: usual,
  contents: usual,
  deployments: usual,
  discussions: usual,
  "id-token": [WRITE],
  issues: usual,
  models: [READ],
  packages: usual,
  pages: usual,
  "pull-requests": usual,
  "repository-projects": usual,
  "security-events": usual,
  statuses: usual,
};

/** What GitHub does not take, in words. */
export function permissionProblems(permissions: Permissions | undefined): readonly string[] {
  if (permissions === undefined) return [];
  const { default: all, scopes: named } = permissions;
  const isMixed = Object.keys(named).length > 0 && (all === READ || all === WRITE);
  return [
    ...(isMixed ? ["with scopes of their own, all others have no access"] : []),
    ...Object.entries(named).flatMap(([scope, access]) => {
      const given = scopes[scope];
      if (given === undefined) return [`there is no scope ${scope}`];
      if (access === Permissions_Access.NONE || given.includes(access)) return [];
      return [`${scope} can be given ${given.map(nameOf).join(" or ")}, not ${nameOf(access)}`];
    }),
  ];
}

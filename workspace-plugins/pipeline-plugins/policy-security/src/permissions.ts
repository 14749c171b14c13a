import { globMatches, jobsIn, overridesIn } from "@slipway/pipeline-kit/policy";
import type { Fault } from "@slipway/pipeline-kit/policy";
import { Permissions_Access } from "@slipway/pipeline-sdk/graph";
import type { Graph, Permissions, Place } from "@slipway/pipeline-sdk/graph";
import type { Settings } from "./settings.ts";

type Said = {
  readonly of: string;
  readonly permissions: Permissions | undefined;
  readonly place: Place | undefined;
};

/** SECURITY_001: the token of a job may write everywhere, or to a scope that the settings do not name. */
export function permissionFaults(
  graph: Graph,
  { writable_scopes: writable }: Settings,
): readonly Fault[] {
  const said: readonly Said[] = [
    ...graph.workflows.map(({ id, permissions, place }) => ({
      of: `the workflow ${id}`,
      permissions,
      place,
    })),
    ...jobsIn(graph).map(({ job, work }) => ({
      of: `the job ${job.id}`,
      permissions: work?.permissions,
      place: job.place,
    })),
  ];
  return said.flatMap(({ of, permissions, place: outer }) => {
    if (permissions === undefined) return [];
    const { default: all, scopes, place = outer } = permissions;
    const written = Object.entries(scopes)
      .filter(([, access]) => access === Permissions_Access.WRITE)
      .map(([scope]) => scope)
      .filter((scope) => !writable.some((glob) => globMatches(glob, scope)))
      .toSorted();
    if (all === Permissions_Access.WRITE) return [everywhere(of, place)];
    return written.map((scope) => scoped(of, scope, place));
  });
}

function everywhere(of: string, place: Place | undefined): Fault {
  return {
    code: "SECURITY_001",
    level: "error",
    title: "a token that may write everything",
    message: `the token of ${of} may write to every scope`,
    fixHint: "name the scopes that it writes to, and read for the others",
    place,
  };
}

function scoped(of: string, scope: string, place: Place | undefined): Fault {
  return {
    code: "SECURITY_001",
    level: "warning",
    title: "a token that may write",
    message: `the token of ${of} may write to ${scope}`,
    fixHint: `if it has to: writable_scopes = ["${scope}"] in the settings of the policy`,
    place,
  };
}

/** SECURITY_007: what only a provider understands starts privileged containers, or runs a stranger's pull request with secrets. */
export function overrideFaults(graph: Graph): readonly Fault[] {
  return overridesIn(graph).flatMap(({ provider, json, place }) => {
    const found: unknown = JSON.parse(json);
    return dangers
      .filter(({ is }) => contains(found, is))
      .map(({ what, fixHint }) => ({
        code: "SECURITY_007",
        level: "error",
        title: "dangerous words to a provider",
        message: `what is said to ${provider} alone has ${what}`,
        fixHint,
        place,
      }));
  });
}

const dangers = [
  {
    what: "privileged: true",
    is: (key: string, value: unknown) => key === "privileged" && value === true,
    fixHint: "a privileged container is root on its machine: give it the one capability it needs",
  },
  {
    what: "the option --privileged",
    is: (key: string, value: unknown) =>
      key === "options" && typeof value === "string" && /(?:^|\s)--privileged\b/.test(value),
    fixHint: "a privileged container is root on its machine: give it the one capability it needs",
  },
  {
    what: "pull_request_target",
    is: (key: string) => key === "pull_request_target",
    fixHint: "it gives the secrets of the repository to the code of a fork: use pull_request",
  },
] as const satisfies readonly {
  readonly what: string;
  readonly is: (key: string, value: unknown) => boolean;
  readonly fixHint: string;
}[];

function contains(value: unknown, is: (key: string, value: unknown) => boolean): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]: readonly [string, unknown]) => is(key, inner) || contains(inner, is),
  );
}

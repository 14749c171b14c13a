import { readdir } from "node:fs/promises";
import path from "node:path";
import { fail, ok, parseJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { NpmFailure } from "./failure.ts";
import { failureOf, readComplaint } from "./npm-answer.ts";
import type { RunNpm } from "./npm-client.ts";
import { specOf, unpublished } from "./published.ts";
import type { Published, PublishedVersion } from "./published.ts";

type Asked<Value> = Promise<Result<Value, NpmFailure>>;

/** npm for one package: the registry, the token and the rest are what npm itself reads in the package's folder. */
export type Npm = {
  /** Packs the folder into another one, with the package's own scripts; answers with the tarball. */
  readonly pack: (into: string) => Asked<string>;
  /** Fetches the tarball of a version, which npm compares with the registry's integrity. */
  readonly fetch: (version: string, into: string) => Asked<string>;
  readonly look: (version: string) => Asked<Published>;
  /** Every version that is no prerelease. */
  readonly stableVersions: () => Asked<readonly PublishedVersion[]>;
  readonly publish: (
    tarball: string,
    as: { readonly spec: string; readonly tag: string; readonly access: string | undefined },
  ) => Asked<undefined>;
  readonly deprecate: (version: string, text: string) => Asked<undefined>;
  readonly moveTag: (version: string, tag: string) => Asked<undefined>;
};

export type NpmPlace = {
  readonly name: string;
  /** Of the package; absolute. */
  readonly folder: string;
  /** `publishConfig` of the package: npm itself heeds it when it publishes, and never when it reads. */
  readonly publishConfig: Readonly<Record<string, unknown>>;
};

const limitMs = 120_000;
/** The package's own scripts build it. */
const packLimitMs = 900_000;

export function npmIn(
  { name, folder, publishConfig }: NpmPlace,
  { run, counted }: { readonly run: RunNpm; readonly counted: (question: string) => void },
): Npm {
  const registry = registryFlags(publishConfig);
  const asking: RunNpm = async (args, options) => {
    counted(`npm ${args[0] ?? ""}`);
    return run([...args, ...registry], options);
  };
  const ask = async (args: readonly string[]): Asked<string> =>
    answerOf(args, await asking(args, { folder, limitMs }), limitMs);
  const change = async (args: readonly string[]): Asked<undefined> => {
    const answer = await ask(args);
    return answer.ok ? ok(undefined) : answer;
  };
  const look = async (
    spec: string,
    fields: readonly string[],
  ): Promise<Result<unknown, NpmFailure>> => {
    const answer = await ask(["view", spec, ...fields]);
    if (answer.ok) return ok(parseJson(answer.value));
    return isNotFound(answer.failure) ? ok(undefined) : answer;
  };
  return {
    pack: async (into) => {
      const args = ["pack", "--pack-destination", into, "--foreground-scripts=false"];
      const end = await run(args, { folder, limitMs: packLimitMs });
      const packed = answerOf(["pack", folder], end, packLimitMs);
      return packed.ok ? onlyTarball(into) : packed;
    },
    fetch: async (version, into) => {
      const answer = await ask(["pack", specOf(name, version), "--pack-destination", into]);
      return answer.ok ? onlyTarball(into) : answer;
    },
    look: async (version) => {
      const found = await look(specOf(name, version), [...ofPackage, ...ofVersion]);
      if (!found.ok) return found;
      if (found.value !== undefined) return shaped(name, found.value, publishedFrom);
      // npm shows nothing of a package where it does not have the version; without one it looks for its own setting.
      const known = await look(specOf(name, "latest"), ofPackage);
      if (!known.ok) return known;
      return known.value === undefined ? ok(unpublished) : shaped(name, known.value, publishedFrom);
    },
    stableVersions: async () => {
      const found = await look(specOf(name, ">=0.0.0"), ofVersion);
      if (!found.ok) return found;
      return shaped(name, found.value ?? [], (value) =>
        z.array(Version).safeParse([value].flat()).data?.map(versionFrom),
      );
    },
    publish: async (tarball, { spec, tag, access }) => {
      const flags = ["--tag", tag, "--provenance=false", ...(access ? ["--access", access] : [])];
      const end = await asking(["publish", tarball, ...flags], { folder, limitMs });
      const published = answerOf(["publish", spec], end, limitMs);
      return published.ok ? ok(undefined) : published;
    },
    deprecate: async (version, text) => change(["deprecate", specOf(name, version), text]),
    moveTag: async (version, tag) => change(["dist-tag", "add", specOf(name, version), tag]),
  };
}

const ofPackage = ["versions", "dist-tags"];
const ofVersion = ["version", "dist.integrity", "deprecated"];

const Version = z.object({
  version: z.string(),
  "dist.integrity": z.string().optional(),
  deprecated: z.union([z.string(), z.boolean()]).optional(),
});

const Package = z.object({
  // One alone is not always a list.
  versions: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .transform((versions) => [versions].flat()),
  "dist-tags": z.record(z.string(), z.string()).default({}),
});

function publishedFrom(value: unknown): Published | undefined {
  const known = Package.safeParse(value).data;
  if (known === undefined) return undefined;
  const version = Version.safeParse(value).data;
  const asked = version && versionFrom(version);
  return { versions: known.versions, tags: known["dist-tags"], asked };
}

/** An empty text is how a deprecation is taken back. */
function versionFrom(version: z.output<typeof Version>): PublishedVersion {
  const { deprecated = "" } = version;
  return {
    version: version.version,
    integrity: version["dist.integrity"],
    deprecated: deprecated === "" || deprecated === false ? undefined : String(deprecated),
  };
}

function shaped<Value>(
  name: string,
  value: unknown,
  read: (value: unknown) => Value | undefined,
): Result<Value, NpmFailure> {
  const found = read(value);
  if (found !== undefined) return ok(found);
  return fail({ reason: "npm-unreadable", asked: `view ${name}`, answer: "an unknown shape" });
}

function answerOf(
  args: readonly string[],
  end: Awaited<ReturnType<RunNpm>>,
  allowedMs: number,
): Result<string, NpmFailure> {
  const asked = shownCommand(args);
  switch (end.state) {
    case "absent":
      return fail({ reason: "npm-absent" });
    case "stopped":
      return fail({ reason: "npm-stopped" });
    case "timed-out":
      return fail({ reason: "npm-timed-out", asked, limitMs: allowedMs });
    case "exited":
      return end.exitCode === 0
        ? ok(end.stdout)
        : fail(failureOf(asked, readComplaint(end.stdout)));
  }
}

/** The words of a command without its options and fields: `view @acme/cli@1.0.0`. */
function shownCommand(args: readonly string[]): string {
  const [verb = "", ...rest] = args;
  return [verb, ...rest.slice(0, verb === "dist-tag" ? 3 : 1)].join(" ");
}

function isNotFound(failure: NpmFailure): boolean {
  return failure.reason === "npm-failed" && failure.code === "E404";
}

function registryFlags(publishConfig: NpmPlace["publishConfig"]): readonly string[] {
  return Object.entries(publishConfig)
    .filter(([key]) => key === "registry" || /^@[^:]+:registry$/.test(key))
    .map(([key, value]) => `--${key}=${String(value)}`);
}

async function onlyTarball(folder: string): Asked<string> {
  const [name] = (await readdir(folder)).filter((each) => each.endsWith(".tgz"));
  if (name !== undefined) return ok(path.join(folder, name));
  return fail({ reason: "npm-failed", asked: "pack", code: "", answer: "it left no tarball" });
}

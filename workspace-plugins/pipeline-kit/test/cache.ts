import { create } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CacheSchema, Step, Value } from "@slipway/pipeline-sdk/graph";
import { PlanRequestSchema, PlanResultSchema } from "@slipway/pipeline-sdk/protocol";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Backend, BackendSettings } from "../src/cache/backend.ts";
import { planCaches } from "../src/cache/plan.ts";
import { variablesInWords } from "./words.ts";

type Cache = Exclude<MessageInitShape<typeof CacheSchema>, { readonly $typeName: string }>;

/** What is planned for one cache of this backend. */
export function plannedCache<Settings extends BackendSettings>(
  backend: Backend<Settings>,
  settings: unknown,
  cache: Cache = {},
) {
  const caches = [{ id: "npm", paths: ["node_modules"], backend: backend.name, ...cache }];
  const request = create(PlanRequestSchema, { graph: { caches } });
  const planned = planCaches(backend, request, JSON.stringify(settings));
  const { cacheSteps, diagnostics } = create(PlanResultSchema, planned);
  const [restore] = cacheSteps[0]?.restore ?? [];
  const [save] = cacheSteps[0]?.save ?? [];
  return {
    restore,
    save,
    env: variablesInWords(restore?.env ?? []),
    told: diagnostics.map(({ code, message }) => `${code}: ${message}`),
  };
}

/** Of a secret its name. */
function textOf(value: Value | undefined): string {
  const kind = value?.kind;
  return kind?.case === "literal" || kind?.case === "secret" ? kind.value : "";
}

/** A machine with a tool of the same name as a real one, which keeps its files in a folder and notes what it is asked. */
export function cacheMachine(tool: string, script: string) {
  const folder = mkdtempSync(path.join(tmpdir(), "cache-"));
  const at = (...parts: readonly string[]): string => path.join(folder, ...parts);
  for (const name of ["bin", "home", "kept", "work"]) mkdirSync(at(name));
  writeFileSync(at("bin", tool), `#!/bin/sh\nset -eu\necho "$*" >>"$KEPT.log"\n${script}`);
  chmodSync(at("bin", tool), 0o755);
  return {
    at,
    /** In the folder `work`, and with `home` as its home. Values that only a run knows are texts here. */
    run: (step: Step | undefined) => {
      if (step?.kind.case !== "run") throw new Error("no step that runs");
      const env = step.env.map(({ name, value }) => [name, textOf(value)] as const);
      const { status, stdout, stderr } = spawnSync("sh", ["-c", step.kind.value.command], {
        cwd: at("work"),
        env: {
          PATH: `${at("bin")}:/usr/bin:/bin`,
          HOME: at("home"),
          KEPT: at("kept"),
          ...Object.fromEntries(env),
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      return { status, said: String(stdout).trimEnd(), error: String(stderr).trimEnd() };
    },
    put: (file: string, text: string) => {
      mkdirSync(path.dirname(at(file)), { recursive: true });
      writeFileSync(at(file), text);
    },
    clear: (name: string) => {
      if (existsSync(at(name))) rmSync(at(name), { recursive: true });
      mkdirSync(at(name));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

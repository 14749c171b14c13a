import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { unescaped } from "./read-circleci.ts";
import type { CircleciConfig, CircleciRun } from "./read-circleci.ts";

/** A machine that runs jobs of a workflow one after another, as CircleCI's reference describes their steps. */
export type Machine = Disposable & {
  readonly run: (config: CircleciConfig, job: string, given: Given) => Ended;
};

export type Given = {
  /** Variables of the project, of contexts and of CircleCI. */
  readonly env?: Readonly<Record<string, string>>;
  /** Values of the pipeline, by their names. */
  readonly values?: Readonly<Record<string, string>>;
  /** Files of the checkout. */
  readonly files?: Readonly<Record<string, string>>;
};

export type Ended = {
  readonly result: "success" | "failed";
  /** By a step, before all were run. */
  readonly isHalted: boolean;
  /** What commands wrote to the file that LOG names, and how each step that failed ended. */
  readonly log: readonly string[];
  readonly output: string;
};

const programs = {
  "circleci-agent": '#!/bin/sh\n: >"$HALTED"\n',
  // Goes on with what it is given, but for what is refused.
  curl: `#!/bin/sh
for word; do
  case $word in @*) jq -j .configuration "\${word#@}" >"$LOG.configuration" ;; esac
done
cat "$LOG.configuration" >>"$LOG"
! grep -q refused "$LOG.configuration"
`,
  // Limits are told, and do not take time.
  timeout: '#!/bin/sh\necho "limit $1" >>"$LOG"\nshift\nexec "$@"\n',
};

export function machine(): Machine {
  const root = mkdtempSync(path.join(tmpdir(), "circleci-"));
  const programsFolder = path.join(root, "bin");
  const workspace = path.join(root, "workspace");
  mkdirSync(programsFolder);
  mkdirSync(workspace);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(path.join(programsFolder, name), text);
    chmodSync(path.join(programsFolder, name), 0o755);
  }
  const count = { jobs: 0 };
  return {
    run: (config, job, given) => {
      count.jobs += 1;
      return runJob(config, job, given, {
        root,
        at: path.join(root, `job-${count.jobs}`),
        workspace,
      });
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

type Folders = { readonly root: string; readonly at: string; readonly workspace: string };

function runJob(
  config: CircleciConfig,
  name: string,
  given: Given,
  { root, at, workspace }: Folders,
): Ended {
  const job = config.jobs[name];
  if (job === undefined) throw new Error(`there is no job ${name}`);
  const checkout = path.join(at, "project");
  const files = {
    log: path.join(at, "log"),
    halted: path.join(at, "halted"),
    env: path.join(at, "env"),
  };
  mkdirSync(checkout, { recursive: true });
  writeFileSync(files.log, "");
  writeFileSync(files.env, "");
  const text = (of: string): string => placed(valued(of, given.values ?? {}), at);
  const variables = (of: Readonly<Record<string, string>> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(of).map(([key, value]) => [key, text(value)]));
  const env = {
    PATH: `${path.join(root, "bin")}:${process.env["PATH"] ?? ""}`,
    HOME: at,
    BASH_ENV: files.env,
    LOG: files.log,
    HALTED: files.halted,
    ...given.env,
    ...variables(job.environment),
  };
  const ended = { result: "success" as "success" | "failed", output: "" };
  const runOne = (run: CircleciRun): void => {
    const moment = run.when ?? "on_success";
    if (moment !== "always" && (moment === "on_fail") !== (ended.result === "failed")) return;
    const [shell = "", ...options] = (run.shell ?? "/bin/bash -eo pipefail").split(" ");
    const cwd = path.join(checkout, text(run.working_directory ?? "."));
    mkdirSync(cwd, { recursive: true });
    const { status, stdout, stderr } = spawnSync(shell, [...options, "-c", text(run.command)], {
      cwd,
      encoding: "utf8",
      // Of a pipe of Node's, bash thinks that it is asked over a network, and reads no BASH_ENV.
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...env, ...variables(run.environment) },
    });
    ended.output += `${stdout}${stderr}`;
    if (status !== 0) ended.result = "failed";
  };
  for (const step of job.steps) {
    if (existsSync(files.halted)) break;
    if (step === "checkout") {
      for (const [file, content] of Object.entries(given.files ?? {})) {
        mkdirSync(path.dirname(path.join(checkout, file)), { recursive: true });
        writeFileSync(path.join(checkout, file), content);
      }
    } else if ("run" in step) {
      runOne(step.run);
    } else if ("attach_workspace" in step) {
      cpSync(workspace, text(step.attach_workspace.at), { recursive: true });
    } else if ("persist_to_workspace" in step && ended.result === "success") {
      const { root: from, paths } = step.persist_to_workspace;
      for (const one of paths) {
        cpSync(path.join(text(from), one), path.join(workspace, one), { recursive: true });
      }
    } else if ("store_artifacts" in step) {
      if (!existsSync(text(step.store_artifacts.path))) throw new Error("no artifact to store");
    }
  }
  return {
    result: ended.result,
    isHalted: existsSync(files.halted),
    log: readFileSync(files.log, "utf8").split("\n").slice(0, -1),
    output: ended.output,
  };
}

/** With values of the pipeline, and without what `<<` is escaped by. */
function valued(text: string, values: Readonly<Record<string, string>>): string {
  return unescaped(
    text.replaceAll(/(?<!\\)<< (?<name>[\w.-]+) >>/g, (_all, name: string) => values[name] ?? ""),
  );
}

/** Machines of one test have no folder of each other's. */
function placed(text: string, at: string): string {
  return text.replaceAll("/tmp/slipway", path.join(at, "slipway"));
}

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";

/** A computer that a job finds: an empty home, a project, and programs by PATH alone. */
export type Machine = {
  readonly home: string;
  readonly project: string;
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

export type Step = {
  readonly name: string;
  readonly script: string;
  readonly environment?: Readonly<Record<string, string>>;
};

/** What a step printed, both streams in one. */
export type Done = { readonly name: string; readonly output: string };

/** Runs a script as CI does, by a shell that stops at the first failure. A failure is thrown with all that was said. */
export async function runScript(machine: Machine, step: Step): Promise<Done> {
  mkdirSync(machine.home, { recursive: true });
  const child = spawn("bash", ["-e", "-o", "pipefail", "-c", step.script], {
    cwd: machine.project,
    env: {
      HOME: machine.home,
      PATH: machine.path.join(":"),
      LANG: "C.UTF-8",
      ...machine.environment,
      ...step.environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await code) === 0) return { name: step.name, output: `${output}${errors}` };
  throw new Error(`${step.name} failed:\n${step.script}\n${output}${errors}`);
}

/** The steps of a GitHub job: what a step writes into `GITHUB_ENV` and `GITHUB_PATH` holds for those after it. */
export async function runGithubJob(
  machine: Machine,
  steps: readonly Step[],
  temporary: string,
): Promise<readonly Done[]> {
  const files = {
    GITHUB_ENV: path.join(temporary, "env"),
    GITHUB_PATH: path.join(temporary, "path"),
  };
  mkdirSync(temporary, { recursive: true });
  for (const file of Object.values(files)) writeFileSync(file, "");
  const done: Done[] = [];
  for (const step of steps) {
    const set = linesOf(files.GITHUB_ENV).map((line) => {
      const [key = "", value = ""] = line.split(/=(.*)/s);
      return [key, value] as const;
    });
    const now = {
      ...machine,
      path: [...linesOf(files.GITHUB_PATH).toReversed(), ...machine.path],
      environment: {
        ...machine.environment,
        ...files,
        RUNNER_TEMP: temporary,
        ...Object.fromEntries(set),
      },
    };
    done.push(await runScript(now, step));
  }
  return done;
}

function linesOf(file: string): readonly string[] {
  return readFileSync(file, "utf8").split("\n").filter(Boolean);
}

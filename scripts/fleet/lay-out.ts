import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import path from "node:path";
import { writeFileAtomically } from "@slipway/signature";
import { linkPackages } from "@slipway/signature/link-packages";

/** The fleet as it runs: a workspace with this repository's code, and the home of a user with definitions of their own. */
export type Fleet = { readonly workspace: string; readonly home: string };

/** Where a file of the laid-out fleet comes from, by its place in it. Both relative. */
type Plan = ReadonlyMap<string, string>;

const repository = path.join(import.meta.dirname, "..", "..");
const definitions = "examples/fleet/";
const homeDefinitions = `${definitions}home/`;
const code =
  /^(?:tools|workspace-plugins|infra\/images)\/|^(?:package(?:-lock)?\.json|\.env|\.gitignore)$/;
/** What runs leave in the workspace, or git. */
const kept = new Set([".git", ".nx", ".slipway", "dist", "node_modules"]);

/**
 * Makes `folder` hold the fleet as the repository has it now, what its runs have left included. A workspace inside the
 * repository could not hash the code of executors, which lies above its root: so that has to lie in it.
 */
export async function layOutFleet(
  folder: string,
  isWanted: (file: string) => boolean = () => true,
): Promise<Fleet> {
  const fleet = { workspace: path.join(folder, "workspace"), home: path.join(folder, "home") };
  const files = filesOf("");
  const own = files.filter((file) => file.startsWith(definitions)).flatMap(followed);
  const workspace = planOf([
    ...files.filter((file) => code.test(file)).map((file) => [file, file] as const),
    ...own
      .filter(([to]) => !to.startsWith(homeDefinitions) && isWanted(to.slice(definitions.length)))
      .map(([to, from]) => [to.slice(definitions.length), from] as const),
  ]);
  const home = planOf(
    own
      .filter(([to]) => to.startsWith(homeDefinitions))
      .map(([to, from]) => [to.slice(homeDefinitions.length), from] as const),
  );
  layOut(workspace, fleet.workspace, "");
  layOut(home, fleet.home, ".aicage-custom");
  await installPackages(fleet.workspace);
  // Without a repository of its own git would ignore all of it, as it does `.slipway`.
  if (!existsSync(path.join(fleet.workspace, ".git"))) {
    execFileSync("git", ["init", "--quiet", "--initial-branch=main"], { cwd: fleet.workspace });
  }
  return fleet;
}

function planOf(files: readonly (readonly [to: string, from: string])[]): Plan {
  return new Map(files);
}

/** What git knows, or would know, below a folder of the repository. */
function filesOf(folder: string): readonly string[] {
  const words = ["ls-files", "-co", "--exclude-standard", "-z", "--", folder === "" ? "." : folder];
  const listed = execFileSync("git", words, { cwd: repository, encoding: "utf8" });
  return listed
    .split("\0")
    .filter((file) => file !== "" && existsSync(path.join(repository, file)));
}

/** The fleet shares definitions with the example workspace by links: each is laid out as what it leads to. */
function followed(file: string): readonly (readonly [to: string, from: string])[] {
  const target = path.relative(repository, realpathSync(path.join(repository, file)));
  if (!statSync(path.join(repository, target)).isDirectory()) return [[file, target]];
  return filesOf(target).map((from) => [path.join(file, path.relative(target, from)), from]);
}

/** Files that are as they should be stay untouched, with their times; below `cleaned` what is no part of it goes. */
function layOut(plan: Plan, root: string, cleaned: string): void {
  for (const [to, from] of plan) {
    const [source, target] = [path.join(repository, from), path.join(root, to)];
    if (isSame(source, target)) continue;
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(source, target);
    chmodSync(target, statSync(source).mode);
  }
  const present = walk(root, cleaned);
  for (const file of present) if (!plan.has(file)) rmSync(path.join(root, file));
}

function isSame(source: string, target: string): boolean {
  if (!existsSync(target)) return false;
  const [one, other] = [statSync(source), statSync(target)];
  return (
    one.size === other.size &&
    one.mode === other.mode &&
    readFileSync(source).equals(readFileSync(target))
  );
}

function walk(root: string, folder: string): readonly string[] {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (kept.has(entry.name)) return [];
    return entry.isDirectory() ? walk(root, name) : [name];
  });
}

/** Again only where other packages are installed by now. */
async function installPackages(workspace: string): Promise<void> {
  const marker = path.join(workspace, "node_modules", ".linked");
  const lock = readFileSync(path.join(repository, "package-lock.json"), "utf8");
  if (existsSync(marker) && readFileSync(marker, "utf8") === lock) return;
  for (const folder of ["", ...packageFolders(workspace)]) {
    // Links alone: what they lead to stays.
    rmSync(path.join(workspace, folder, "node_modules"), { recursive: true, force: true });
  }
  await linkPackages(repository, workspace);
  await writeFileAtomically(marker, lock);
}

/** Each may have packages of its own. */
function packageFolders(workspace: string): readonly string[] {
  return ["tools", "workspace-plugins"].flatMap((folder) =>
    readdirSync(path.join(workspace, folder)).map((name) => path.join(folder, name)),
  );
}

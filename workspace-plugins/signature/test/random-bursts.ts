import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Rig } from "./rig.ts";

/** Random numbers that are the same for the same seed: below `bound`, a whole number. */
export type Dice = (bound: number) => number;

export function openDice(seed: number): Dice {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

type Operation = (rig: Rig, dice: Dice) => void;

/** Changes of files and of what git knows, each as it comes in a real tree. */
const operations: readonly Operation[] = [
  (rig, dice) => rig.write(newName(rig, dice), `${dice(1000)}`),
  (rig, dice) => rig.write(`${newName(rig, dice)}/deep/er`, `${dice(1000)}`),
  (rig, dice) => onFile(rig, dice, (file) => writeFileSync(file, `${dice(10)}`)),
  (rig, dice) => onFile(rig, dice, (file) => writeFileSync(file, `${dice(10)}`)),
  (rig, dice) => onFile(rig, dice, (file) => appendFileSync(file, "more")),
  (rig, dice) =>
    onFile(rig, dice, (file) => {
      const { size, atime, mtime } = statSync(file);
      writeFileSync(file, "?".repeat(size));
      utimesSync(file, atime, mtime);
    }),
  (rig, dice) => onFile(rig, dice, (file) => chmodSync(file, dice(2) === 0 ? 0o755 : 0o644)),
  (rig, dice) => onFile(rig, dice, (file) => rmSync(file)),
  (rig, dice) => onFile(rig, dice, (file) => renameSync(file, freeName(rig, dice))),
  (rig, dice) =>
    onFile(rig, dice, (file) => {
      rmSync(file);
      mkdirSync(file);
      writeFileSync(path.join(file, "inner"), "inner");
    }),
  (rig, dice) =>
    onFile(rig, dice, (file) => {
      rmSync(file);
      symlinkSync(`target-${dice(5)}`, file);
    }),
  (rig, dice) => onFile(rig, dice, (file) => onFile(rig, dice, (other) => renameSync(other, file))),
  (rig, dice) => onFolder(rig, dice, (folder) => rmSync(folder, { recursive: true })),
  (rig, dice) => onFolder(rig, dice, (folder) => renameSync(folder, freeName(rig, dice))),
  (rig, dice) =>
    onFolder(rig, dice, (folder) => {
      const away = `${rig.root}-away-${dice(1e9)}`;
      renameSync(folder, away);
      writeFileSync(path.join(away, "while-away"), "away");
      renameSync(away, folder);
    }),
  (rig, dice) =>
    onFolder(rig, dice, (folder) => {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      writeFileSync(path.join(folder, "again"), "again");
    }),
  (rig, dice) => mkdirSync(freeName(rig, dice)),
  (rig, dice) => rig.write(`out/${dice(5)}/ignored`, `${dice(1000)}`),
  (rig, dice) => rig.write(".gitignore", `.slipway\nout\n${"abcdefgh"[dice(8)] ?? ""}-1*\n`),
  (rig, dice) => onFolder(rig, dice, (folder) => writeFileSync(`${folder}/.gitignore`, "?-2*\n")),
  (rig) => rig.git("add", "-A"),
  (rig) => rig.git("reset", "-q"),
  (rig) => rig.git("commit", "-q", "--allow-empty", "-am", "all"),
  (rig) => rig.git("stash", "-q", "--include-untracked"),
  (rig, dice) => rig.git("checkout", "-q", "-f", ["one", "two"][dice(2)] ?? "one"),
  (rig) => rig.git("clean", "-qfd"),
  (rig, dice) =>
    onFolder(rig, dice, (folder) => rig.git("init", "-q", path.relative(rig.root, folder))),
];

/** A number of them, one after the other. What cannot be done where it was tried is left. */
export function burst(rig: Rig, dice: Dice): void {
  for (let count = 1 + dice(25); count > 0; count -= 1) {
    try {
      operations[dice(operations.length)]?.(rig, dice);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
}

function newName(rig: Rig, dice: Dice): string {
  const folders = ["", ...entries(rig, true)];
  return path.join(
    folders[dice(folders.length)] ?? "",
    `${"abcdefgh"[dice(8)] ?? ""}-${dice(100)}`,
  );
}

function freeName(rig: Rig, dice: Dice): string {
  for (;;) {
    const name = path.join(rig.root, newName(rig, dice));
    if (!existsSync(name)) return name;
  }
}

function onFile(rig: Rig, dice: Dice, change: (file: string) => void): void {
  const files = entries(rig, false);
  const file = files[dice(files.length)];
  if (file !== undefined) change(path.join(rig.root, file));
}

function onFolder(rig: Rig, dice: Dice, change: (folder: string) => void): void {
  const folders = entries(rig, true);
  const folder = folders[dice(folders.length)];
  if (folder !== undefined) change(path.join(rig.root, folder));
}

/** Of the working tree: nothing of git's own, nor of ours. */
function entries({ root }: Rig, isFolder: boolean): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => !/(^|\/)\.(git|slipway)(\/|$)/.test(name))
    .filter((name) => lstatSync(path.join(root, name)).isDirectory() === isFolder)
    .toSorted();
}

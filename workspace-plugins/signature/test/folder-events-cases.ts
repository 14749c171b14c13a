import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";

/** Changes below the current root, each with the folders that must have been told when it has settled. */
export type EventsCase = {
  readonly name: string;
  /** Relative to the root, like all paths here. */
  readonly files: readonly string[];
  readonly change: (at: (relative: string) => string) => void;
  readonly told: readonly string[];
};

export const eventsCases: readonly EventsCase[] = [
  {
    name: "a burst of files",
    files: ["a/x"],
    change: (at) => {
      for (let i = 0; i < 300; i += 1) writeFileSync(at(`a/file-${i}`), "x");
    },
    told: ["a"],
  },
  {
    name: "nested new folders",
    files: ["a/x"],
    change: (at) => {
      mkdirSync(at("a/b/c"), { recursive: true });
      writeFileSync(at("a/b/c/new"), "x");
    },
    told: ["a"],
  },
  {
    name: "other content with the old time and size",
    files: ["a/x"],
    change: (at) => {
      const { atime, mtime } = statSync(at("a/x"));
      writeFileSync(at("a/x"), "y");
      utimesSync(at("a/x"), atime, mtime);
    },
    told: ["a"],
  },
  { name: "a mode", files: ["a/x"], change: (at) => chmodSync(at("a/x"), 0o755), told: ["a"] },
  {
    name: "a rename over a file",
    files: ["a/x", "b/y"],
    change: (at) => renameSync(at("b/y"), at("a/x")),
    told: ["a", "b"],
  },
  {
    name: "another target of a symlink",
    files: ["a/x"],
    change: (at) => {
      symlinkSync("x", at("a/new"));
      symlinkSync("elsewhere", at("a/newer"));
      renameSync(at("a/newer"), at("a/new"));
    },
    told: ["a"],
  },
  { name: "an empty folder", files: ["a/x"], change: (at) => mkdirSync(at("a/b")), told: ["a"] },
  {
    name: "a write in place that does not truncate",
    files: ["a/x"],
    change: (at) => {
      const file = openSync(at("a/x"), "r+");
      writeSync(file, "y", 0);
      closeSync(file);
    },
    told: ["a"],
  },
  {
    name: "a file that becomes a folder, and a folder that becomes a file",
    files: ["a/x", "b/c/y"],
    change: (at) => {
      rmSync(at("a/x"));
      mkdirSync(at("a/x"));
      rmSync(at("b/c"), { recursive: true });
      writeFileSync(at("b/c"), "x");
    },
    told: ["a", "b"],
  },
  {
    name: "a tree that is deleted",
    files: ["a/b/c/x"],
    change: (at) => rmSync(at("a/b"), { recursive: true }),
    told: ["a", "a/b", "a/b/c"],
  },
  {
    name: "a tree that is moved",
    files: ["a/b/x", "c/y"],
    change: (at) => renameSync(at("a/b"), at("c/b")),
    told: ["a", "c"],
  },
  {
    name: "a file that is made and deleted at once",
    files: ["a/x"],
    change: (at) => {
      writeFileSync(at("a/y"), "y");
      rmSync(at("a/y"));
    },
    told: ["a"],
  },
  {
    name: "a name that is no UTF-8",
    files: ["a/x"],
    change: (at) => writeFileSync(Buffer.concat([Buffer.from(at("a/")), Buffer.of(255)]), "x"),
    told: ["a"],
  },
  {
    name: "the write of another process",
    files: ["a/x"],
    change: (at) => execFileSync("cp", [at("a/x"), at("a/copy")]),
    told: ["a"],
  },
];

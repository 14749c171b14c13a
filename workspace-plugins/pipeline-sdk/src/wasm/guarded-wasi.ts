/** What a module may do beyond its own memory: read its request and the files that this names, write its answer and its log. */
export type GuardedCall = {
  readonly request: Uint8Array;
  /** Paths relative to the repository. */
  readonly files: readonly string[];
  /** Of a path relative to the repository. */
  readonly isLink: (place: string) => boolean;
  readonly largestAnswerBytes: number;
  readonly log: (bytes: Uint8Array) => void;
};

type WasiImports = Readonly<Record<string, ((...args: readonly unknown[]) => number) | undefined>>;

/** WASI preview 1, errno. */
const errors = {
  success: 0,
  badFile: 8,
  tooLarge: 22,
  loop: 32,
  noEntry: 44,
  notSupported: 58,
  readOnly: 69,
  notCapable: 76,
} as const;

type Refused = typeof errors.noEntry | typeof errors.loop;

/** The first descriptor after the standard ones: the repository. */
const rootFile = 3;

/** What changes a file system, or leads out of what is listed. */
const refused = [
  "fd_allocate",
  "fd_filestat_set_size",
  "fd_filestat_set_times",
  "fd_pwrite",
  "path_create_directory",
  "path_filestat_set_times",
  "path_link",
  "path_readlink",
  "path_remove_directory",
  "path_rename",
  "path_symlink",
  "path_unlink_file",
];

/** FD_READ, FD_SEEK, FD_TELL, FD_ADVISE, PATH_OPEN, FD_READDIR, PATH_FILESTAT_GET, FD_FILESTAT_GET, POLL_FD_READWRITE. */
const readingRights = [1, 2, 5, 7, 13, 14, 18, 21, 27].reduce(
  (all, at) => all | (1n << BigInt(at)),
  0n,
);

/** OFLAGS_CREAT and OFLAGS_TRUNC. */
const changingFlags = 0b1001;

/**
 * The imports of `wasi`, which knows no read-only folder and no standard streams but files, with both. `memory` is that of the
 * instance, once there is one.
 */
export function guardWasi(wasi: WasiImports, memory: () => ArrayBuffer, call: GuardedCall) {
  const standard = standardStreams(memory, call);
  const seen = new Set(["", ...call.files, ...call.files.flatMap(foldersAbove)]);
  const opened = new Map([[rootFile, ""]]);
  const plain = (name: string, ...args: readonly unknown[]): number =>
    wasi[name]?.(...args) ?? errors.notSupported;
  // Every part of it is listed, or a folder above what is, and no link: WASI of Node follows these, out of its folder too.
  const placeAt = (file: number, at: number, length: number): string | Refused => {
    const base = opened.get(file);
    const text = Buffer.from(memory(), at, length).toString("utf8");
    if (base === undefined || text.startsWith("/") || text.includes("\0")) return errors.noEntry;
    const parts = base.split("/").filter(Boolean);
    for (const part of text.split("/").filter((each) => each !== "" && each !== ".")) {
      if (part === "..") {
        if (parts.pop() === undefined) return errors.noEntry;
        continue;
      }
      parts.push(part);
      const place = parts.join("/");
      if (!seen.has(place)) return errors.noEntry;
      if (call.isLink(place)) return errors.loop;
    }
    return parts.join("/");
  };
  const open = (
    file: number,
    _follow: number,
    at: number,
    length: number,
    flags: number,
    rights: bigint,
    inherited: bigint,
    mode: number,
    result: number,
  ): number => {
    const place = placeAt(file, at, length);
    if (typeof place !== "string") return place;
    if ((flags & changingFlags) !== 0) return errors.readOnly;
    const reading = [rights & readingRights, inherited & readingRights] as const;
    const code = plain("path_open", file, 0, at, length, flags, ...reading, mode, result);
    if (code === errors.success) opened.set(new DataView(memory()).getUint32(result, true), place);
    return code;
  };
  const imports = {
    ...wasi,
    ...Object.fromEntries(refused.map((name) => [name, () => errors.readOnly])),
    fd_read: (file: number, ...args: readonly [number, number, number]): number =>
      file < rootFile ? standard.read(file, ...args) : plain("fd_read", file, ...args),
    fd_write: (file: number, ...args: readonly [number, number, number]): number =>
      file < rootFile ? standard.write(file, ...args) : errors.readOnly,
    fd_close: (file: number): number => {
      if (file <= rootFile) return errors.success;
      opened.delete(file);
      return plain("fd_close", file);
    },
    fd_renumber: (): number => errors.notCapable,
    path_open: open,
    path_filestat_get: (
      file: number,
      _follow: number,
      at: number,
      length: number,
      result: number,
    ): number => {
      const place = placeAt(file, at, length);
      if (typeof place !== "string") return place;
      return plain("path_filestat_get", file, 0, at, length, result);
    },
  };
  return { imports, answer: standard.answer };
}

function foldersAbove(file: string): readonly string[] {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

function standardStreams(memory: () => ArrayBuffer, call: GuardedCall) {
  const chunks: Uint8Array[] = [];
  const at = { read: 0, written: 0 };
  const parts = (list: number, count: number): readonly Uint8Array[] => {
    const view = new DataView(memory());
    return Array.from({ length: count }, (_, index) => {
      const entry = list + index * 8;
      return new Uint8Array(memory(), view.getUint32(entry, true), view.getUint32(entry + 4, true));
    });
  };
  return {
    read: (file: number, list: number, count: number, result: number): number => {
      if (file !== 0) return errors.badFile;
      const before = at.read;
      for (const part of parts(list, count)) {
        const taken = call.request.subarray(at.read, at.read + part.length);
        part.set(taken);
        at.read += taken.length;
      }
      new DataView(memory()).setUint32(result, at.read - before, true);
      return errors.success;
    },
    write: (file: number, list: number, count: number, result: number): number => {
      const bytes = Buffer.concat(parts(list, count));
      if (file === 0) return errors.badFile;
      if (file === 2) call.log(bytes);
      else {
        at.written += bytes.length;
        if (at.written > call.largestAnswerBytes) return errors.tooLarge;
        chunks.push(bytes);
      }
      new DataView(memory()).setUint32(result, bytes.length, true);
      return errors.success;
    },
    answer: (): Uint8Array => Buffer.concat(chunks),
  };
}

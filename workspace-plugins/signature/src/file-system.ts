/**
 * Functions of `node:fs` without the module that `import` makes of it: making that one looks at every export, and
 * `promises` among them loads all streams. It takes 3 ms, which is a thirtieth of most commands.
 */
export const {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  statfsSync,
  utimesSync,
  writeFileSync,
} = process.getBuiltinModule("node:fs");

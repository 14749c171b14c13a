/**
 * What aos 2.0.4 has before our code runs: read out of the real module, and compared with it by a test.
 * Its own modules begin with a dot; those of Lua do not.
 */
export const aosModules: ReadonlySet<string> = new Set(
  [
    ..."_G ao bit32 coroutine debug io json math os package string table utf8".split(" "),
    ...".ao .assignment .base64 .bint .boot .chance .default .dump .eval .handlers".split(" "),
    ...".handlers-utils .pretty .process .stringify .utils".split(" "),
    ...".crypto .crypto.init .crypto.cipher .crypto.cipher.init .crypto.cipher.aes".split(" "),
    ...".crypto.cipher.aes128 .crypto.cipher.aes192 .crypto.cipher.aes256".split(" "),
    ...".crypto.cipher.issac .crypto.cipher.morus .crypto.cipher.norx".split(" "),
    ...".crypto.cipher.mode.cbc .crypto.cipher.mode.cfb .crypto.cipher.mode.ctr".split(" "),
    ...".crypto.cipher.mode.ecb .crypto.cipher.mode.ofb .crypto.digest".split(" "),
    ...".crypto.digest.init .crypto.digest.blake2b .crypto.digest.md2".split(" "),
    ...".crypto.digest.md4 .crypto.digest.md5 .crypto.digest.sha1".split(" "),
    ...".crypto.digest.sha2_256 .crypto.digest.sha2_512 .crypto.digest.sha3".split(" "),
    ...".crypto.kdf .crypto.kdf.init .crypto.kdf.pbkdf2 .crypto.mac .crypto.mac.init".split(" "),
    ...".crypto.mac.hmac .crypto.padding.zero .crypto.util .crypto.util.init".split(" "),
    ...".crypto.util.array .crypto.util.bit .crypto.util.hex".split(" "),
    ...".crypto.util.queue .crypto.util.stream".split(" "),
  ].filter((name) => name !== ""),
);

/** Globals: of Lua 5.3 as it is built there, of aos, and ours. */
export const aosGlobals: ReadonlySet<string> = new Set(
  [
    "_ENV _G _VERSION assert bit32 collectgarbage coroutine debug dofile error getmetatable io",
    "ipairs load loadfile math next os package pairs pcall print rawequal rawget rawlen rawset",
    "require select setmetatable string table tonumber tostring type utf8 xpcall",
    "Assign Bell Colors Dump Errors HANDLER_PRINT_LOGS Handlers Inbox Name Owner Prompt Receive",
    "Seeded Send Spawn Tab Utils Version ao handle",
    "__AO_DEPLOY",
  ].flatMap((line) => line.split(" ")),
);

/** Globals of other Luas, and what does their work in 5.3. */
export const foreignGlobals: ReadonlyMap<string, string> = new Map([
  ["unpack", "table.unpack"],
  ["loadstring", "load"],
  ["setfenv", "_ENV"],
  ["getfenv", "_ENV"],
  ["module", "return"],
  ["jit", ""],
  ["bit", "the operators & | ~ << >>"],
  ["ffi", ""],
  ["warn", "print"],
]);

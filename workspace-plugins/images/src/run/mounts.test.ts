import { describe, expect, it } from "vitest";
import { parseShare, planMounts } from "./mounts.ts";
import type { Mount } from "./mounts.ts";

const owned = {
  home: { named: "/home/me", real: "/data/me" },
  guarded: ["/home/me/.ssh", "/run"],
};

/** `<target>[:ro][ <- <source>]` of each mount, or why one is refused. */
function check(wanted: readonly (string | Partial<Mount>)[]): readonly string[] {
  const planned = planMounts(
    wanted.map((one) => {
      const given = typeof one === "string" ? { target: one } : one;
      const target = given.target ?? "";
      return { source: target, target, isReadOnly: false, as: "share", ...given };
    }),
    owned,
  );
  if (!planned.ok) {
    const { failure } = planned;
    if (failure.reason === "mount-led-out") return [`led out: ${failure.path}`];
    return [failure.reason === "mount-refused" ? `${failure.because}: ${failure.path}` : "?"];
  }
  return planned.value.map(({ source, target, isReadOnly }) => {
    const from = source === target ? "" : ` <- ${source}`;
    return `${target}${isReadOnly ? ":ro" : ""}${from}`;
  });
}

describe("planMounts", () => {
  it("takes each place once, of two the later", () => {
    expect(check(["/w/a", "/w/a"])).toEqual(["/w/a"]);
    expect(check(["/w/a", { target: "/w/a", isReadOnly: true }])).toEqual(["/w/a:ro"]);
  });

  it("leaves out what a wider mount has already, unless the right to write differs", () => {
    expect(check(["/w/a/b", "/w/a"])).toEqual(["/w/a"]);
    expect(check(["/w/a", { target: "/w/a/b", isReadOnly: true }])).toEqual(["/w/a", "/w/a/b:ro"]);
    expect(check(["/w/a", "/w/ab"])).toEqual(["/w/a", "/w/ab"]);
  });

  it("keeps what lies elsewhere behind a link, though it looks nested", () => {
    expect(
      check([
        { target: "/w/a", isReadOnly: true },
        { target: "/w/a/b", source: "/data/b", isReadOnly: true },
      ]),
    ).toEqual(["/w/a:ro", "/w/a/b:ro <- /data/b"]);
    expect(
      check([
        { target: "/w/a", source: "/data/a" },
        { target: "/w/a/b", source: "/data/a/b" },
      ]),
    ).toEqual(["/w/a <- /data/a"]);
  });

  it("puts the outer before the inner", () => {
    expect(check([{ target: "/w/a/b/c", isReadOnly: true }, "/w/a"])).toEqual([
      "/w/a",
      "/w/a/b/c:ro",
    ]);
  });

  it("takes any name a folder can have", () => {
    const odd = ["/w/a,b", "/w/a:b", "/w/a b", '/w/"q"', "/w/ä\n"];
    expect(check(odd).toSorted()).toEqual(odd.toSorted());
  });

  it.each([
    ["/home/me"],
    ["/home"],
    ["/"],
    ["/data/me"],
    ["/data"],
    [{ target: "/w/link", source: "/home/me" }],
    [{ target: "/w/link", source: "/data" }],
  ])("refuses %j, which holds the home folder", (mount) => {
    expect(check([mount])[0]).toMatch(/^home: /);
  });

  it.each([
    ["/etc"],
    ["/usr"],
    ["/tmp"],
    ["/proc/1"],
    ["/sys/fs"],
    ["/etc/passwd"],
    [{ target: "/w/link", source: "/etc" }],
    [{ target: "/etc/group", source: "/w/group" }],
  ])("refuses %j, which is the system's", (mount) => {
    expect(check([mount])[0]).toMatch(/^system: /);
  });

  it.each([
    ["/home/me/.ssh"],
    ["/home/me/.ssh/id_ed25519"],
    ["/run/docker.sock"],
    [{ target: "/home/me/.codex", source: "/home/me/.ssh" }],
  ])("refuses %j, which is guarded, to what nobody is asked about", (mount) => {
    const given = typeof mount === "string" ? { target: mount } : mount;
    for (const as of ["agent-path", "git-root"] as const) {
      expect(check([{ ...given, as }])[0]).toMatch(/^guarded: /);
    }
    expect(check([{ ...given, as: "share" }])[0]).not.toMatch(/^guarded: /);
  });

  it("refuses what holds a guarded place", () => {
    const wide = { ...owned, guarded: ["/home/me/.config/slipway"] };
    const mount = { source: "/home/me/.config", target: "/home/me/.config", isReadOnly: false };
    const planned = planMounts([{ ...mount, as: "agent-path" }], wide);
    expect(planned).toMatchObject({ ok: false, failure: { because: "guarded" } });
  });

  it("refuses a link that an agent may have put into what it writes", () => {
    const planted = { target: "/w/a/b", source: "/home/me/.ssh" };
    expect(check(["/w/a", planted])).toEqual(["led out: /w/a/b"]);
    expect(check(["/w/a", { ...planted, isReadOnly: true }])).toEqual(["led out: /w/a/b"]);
    expect(check([{ target: "/w/a", isReadOnly: true }, planted])).toHaveLength(2);
    expect(check(["/w/a", { target: "/w/a/b", source: "/w/a/c" }])).toHaveLength(2);
  });

  it("takes what lies within them", () => {
    const within = ["/etc/ssl/certs", "/home/me/work", "/tmp/a", "/usr/share/a"];
    expect(check(within)).toEqual(within);
  });
});

describe("parseShare", () => {
  const from = { folder: "/w", home: "/home/me" };
  it.each([
    ["/data", "/data", false],
    ["/data:ro", "/data", true],
    ["/data:rw", "/data", false],
    ["~/x:ro", "/home/me/x", true],
    ["sub/../a", "/w/a", false],
    ["/a:b,c:ro", "/a:b,c", true],
    ["~other", "/w/~other", false],
  ])("reads %s", (text, path, isReadOnly) => {
    expect(parseShare(text, from)).toEqual({ path, isReadOnly });
  });
});

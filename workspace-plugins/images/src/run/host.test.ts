import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { readHost } from "./host.ts";

it("guards keys, sockets and what is ours, by each name that they have", async () => {
  const top = await realpath(await mkdtemp(path.join(os.tmpdir(), "slipway-host-")));
  try {
    await mkdir(path.join(top, "data/home"), { recursive: true });
    await mkdir(path.join(top, "vault"));
    await symlink("data/home", path.join(top, "home"));
    await symlink("../../vault", path.join(top, "data/home/.ssh"));
    const { guarded, home } = await readHost({
      HOME: path.join(top, "home"),
      XDG_CONFIG_HOME: path.join(top, "config"),
      GNUPGHOME: path.join(top, "gnupg"),
      SSH_AUTH_SOCK: path.join(top, "agent.sock"),
    });
    expect(home).toEqual({ named: path.join(top, "home"), real: path.join(top, "data/home") });
    const wanted = [
      "home/.ssh",
      "data/home/.ssh",
      "vault",
      "home/.docker",
      "data/home/.aicage",
      "config/slipway",
      "gnupg",
      "agent.sock",
      "home/.local/state/slipway",
    ].map((name) => path.join(top, name));
    expect(guarded).toEqual(expect.arrayContaining([...wanted, "/run", "/var/run"]));
  } finally {
    await rm(top, { recursive: true, force: true });
  }
});

import { describe, expect, it } from "vitest";
import { currentOwner, ownerMayLive } from "./run-owner.ts";

describe("ownerMayLive", () => {
  it("knows its own process, also from another one's pid with another start time", async () => {
    const owner = await currentOwner();
    expect(await ownerMayLive(owner)).toBe(true);
    expect(await ownerMayLive(owner.replace(/[^/]+$/, "1"))).toBe(false);
  });

  it("knows that a process that is not there, or was there before a reboot, is gone", async () => {
    const [machine, boot, , started] = (await currentOwner()).split("/");
    expect(await ownerMayLive([machine, boot, 2 ** 22 + 1, started].join("/"))).toBe(false);
    expect(await ownerMayLive([machine, "another-boot", process.pid, started].join("/"))).toBe(
      false,
    );
  });

  it("leaves other machines' runs, and labels that it does not know, alone", async () => {
    expect(await ownerMayLive("elsewhere/boot/1/1")).toBe(true);
    expect(await ownerMayLive("")).toBe(true);
  });
});

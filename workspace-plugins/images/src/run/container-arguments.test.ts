import { describe, expect, it } from "vitest";
import { joinRemembered, parseContainerArguments, splitRemembered } from "./container-arguments.ts";

describe("parseContainerArguments", () => {
  it("takes the words of docker run as a list, and leaves blanks within them", () => {
    expect(
      parseContainerArguments([
        "-e",
        "FOO=a b",
        "--env=BAR",
        "-p127.0.0.1:8080:80",
        "--publish",
        "[::1]:53:53/udp",
        "-p",
        "9000",
        "--network=host",
        "-m",
        "2g",
        "--cpus=1.5",
        "--pids-limit",
        "100",
        "--add-host=db:10.0.0.2",
        "-it",
        "--rm",
      ]),
    ).toEqual({
      ok: true,
      value: {
        variables: ["FOO=a b", "BAR"],
        settings: {
          network: "host",
          memoryBytes: 2 * 2 ** 30,
          nanoCpus: 1_500_000_000,
          pids: 100,
          extraHosts: ["db:10.0.0.2"],
          publishedPorts: [
            { container: 80, protocol: "tcp", hostAddress: "127.0.0.1", hostPort: 8080 },
            { container: 53, protocol: "udp", hostAddress: "::1", hostPort: 53 },
            { container: 9000, protocol: "tcp" },
          ],
        },
      },
    });
  });

  it.each([
    [["--privileged"], "--privileged"],
    [["-v", "/:/host"], "-v"],
    [["--memory=lots"], "--memory lots"],
    [["--cpus=-1"], "--cpus -1"],
    [["-p", "8000-8010:8000-8010"], "ranges"],
    [["alpine"], "alpine"],
  ])("refuses %j by its name", (words, part) => {
    const parsed = parseContainerArguments(words);
    expect(parsed).toMatchObject({ ok: false, failure: { reason: "container-argument-unknown" } });
    expect(JSON.stringify(parsed)).toContain(part);
  });
});

describe("what is remembered as one text", () => {
  it("is split as a shell would, with nothing expanded", () => {
    expect(splitRemembered(`-e 'FOO=a b' -e "BAR=$HOME" --env=X=\`id\``)).toEqual({
      ok: true,
      value: ["-e", "FOO=a b", "-e", "BAR=$HOME", "--env=X=`id`"],
    });
    expect(splitRemembered("-e 'FOO")).toMatchObject({ ok: false });
  });

  it("comes back as the list it was", () => {
    const words = ["-e", "A=a b", "it's", '"', "", "$HOME", "a\nb", "\\"];
    expect(splitRemembered(joinRemembered(words))).toEqual({ ok: true, value: words });
  });
});

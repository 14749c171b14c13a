import { appendFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { servePlugin } from "@slipway/pipeline-sdk";

/** What comes of each thing that a line of the repository's `tries` asks for. */
const tries: Readonly<Record<string, (place: string) => Promise<string> | string>> = {
  read: (place) => readFileSync(place, "utf8"),
  list: (place) => readdirSync(place).join(" "),
  write: (place) => {
    writeFileSync(place, "changed");
    return "written";
  },
  append: (place) => {
    appendFileSync(place, "changed");
    return "written";
  },
  connect: async (port) =>
    new Promise((resolve) => {
      connect(Number(port), "127.0.0.1")
        .once("connect", () => resolve("connected"))
        .once("error", (error) => resolve(codeOf(error)));
    }),
  environment: (name) => process.env[name] ?? "unset",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

servePlugin({
  name: "lang/curious",
  version: "1.0.0",
  capabilities: ["lang:curious"],
  hooks: {
    detect: async () => {
      const asked = readFileSync("tries", "utf8").split("\n").filter(Boolean);
      const facts = await Promise.all(
        asked.map(async (line) => {
          const [what = "", place = ""] = line.split(" ");
          try {
            return [line, (await tries[what]?.(place)) ?? "unknown"] as const;
          } catch (error) {
            return [line, codeOf(error)] as const;
          }
        }),
      );
      return { facts: Object.fromEntries(facts) };
    },
  },
});

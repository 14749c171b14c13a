import { servePlugin } from "../src/serve.ts";

servePlugin({
  name: "lang/greeter",
  version: "1.2.3",
  capabilities: ["lang:greeter"],
  hooks: {
    detect: async ({ repository }, { signal }) => {
      const root = repository?.root ?? "";
      process.stdout.write(`looking at ${root}\n`);
      if (root === "broken") throw new Error("there is no greeting here");
      if (root === "slow") {
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        process.stderr.write("taken back\n");
      }
      return { signals: [root], confidence: 1 };
    },
  },
});

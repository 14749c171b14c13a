import { deployProcess } from "../src/deploy/deploy.ts";
import { taskOf } from "./task.ts";

/** Deploys a project and is killed by the system at its nth request: `root project target nth before|after`. */
const [root = "", project = "", deployTarget = "", nth = "", when = ""] = process.argv.slice(2);
const seen = { requests: 0 };
const deadly: typeof fetch = async (input, init) => {
  const isLast = seen.requests === Number(nth);
  seen.requests += 1;
  if (isLast && when === "before") process.kill(process.pid, "SIGKILL");
  const response = await fetch(input, init);
  if (isLast) process.kill(process.pid, "SIGKILL");
  return response;
};
await deployProcess(taskOf(root, project), { deployTarget }, { environment: {}, fetch: deadly });

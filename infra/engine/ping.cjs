// Asks the container engine at `process.argv[2]` (unix://, tcp://, http://, https://) for its version and prints it.
// Ends with 1 and the reason when nothing answers. CommonJS and plain, so that any Node can run it.
const fs = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const path = require("node:path");

const limitMs = 5000;

function certificates(folder) {
  const read = (name) => fs.readFileSync(path.join(folder, name));
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

function request(address, env) {
  if (address.startsWith("unix://")) {
    const socketPath = address.slice("unix://".length);
    return { client: http, options: { socketPath, path: "/version" } };
  }
  const { protocol, hostname, port } = new URL(address);
  const isSecure = protocol === "https:" || Boolean(env.DOCKER_TLS_VERIFY);
  const tls = isSecure && env.DOCKER_CERT_PATH ? certificates(env.DOCKER_CERT_PATH) : {};
  const options = { hostname, port: port || (isSecure ? 2376 : 2375), path: "/version", ...tls };
  return { client: isSecure ? https : http, options };
}

function refuse(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

function ask(address, env) {
  const { client, options } = request(address, env);
  const asking = client.get({ ...options, timeout: limitMs }, (answer) => {
    const chunks = [];
    answer.on("data", (chunk) => chunks.push(chunk));
    answer.on("end", () => {
      if (answer.statusCode !== 200) refuse(`status ${answer.statusCode}`);
      process.stdout.write(`${JSON.parse(Buffer.concat(chunks).toString("utf8")).Version}\n`);
    });
  });
  asking.on("timeout", () => asking.destroy(new Error(`no answer in ${limitMs} ms`)));
  asking.on("error", (error) => refuse(error.message));
}

try {
  ask(process.argv[2], process.env);
} catch (error) {
  refuse(error.message);
}

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ServiceSchema, StepSchema } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type {
  ExpansionSchema,
  ModuleUse,
  PlanRequest,
  PlanResultSchema,
} from "@slipway/pipeline-sdk/protocol";
import { literal, variables, workOf } from "../graph.ts";
import type { Plain, ValueInit } from "../graph.ts";
import { readInputs } from "../inputs.ts";
import type { DiagnosticInit, ReadInputs } from "../inputs.ts";
import type { Access, Address, Database } from "./database.ts";

type ServiceInit = Plain<MessageInitShape<typeof ServiceSchema>>;
type ExpansionInit = Plain<MessageInitShape<typeof ExpansionSchema>>;
type StepInit = Plain<MessageInitShape<typeof StepSchema>>;
export type Planned = Plain<MessageInitShape<typeof PlanResultSchema>>;

type PlannedUse = {
  readonly use: ModuleUse;
  readonly expansion: ExpansionInit;
  readonly service: ServiceInit | undefined;
  readonly problems: readonly DiagnosticInit[];
};

/** Each use is a service of its job and the variables by which the job finds it. */
export function planDatabase(database: Database, request: PlanRequest): Planned {
  const planned = request.uses.map((use) => planUse(database, use, request));
  const services = new Map<string, ServiceInit>();
  const clashes: DiagnosticInit[] = [];
  for (const { use, service } of planned) {
    if (service?.id === undefined) continue;
    const other = services.get(service.id);
    if (other === undefined) services.set(service.id, service);
    else if (contentOf(other) !== contentOf(service))
      clashes.push(clash(database, use, service.id));
  }
  return {
    expansions: planned.map(({ expansion }) => expansion),
    services: [...services.values()].toSorted((a, b) => ((a.id ?? "") < (b.id ?? "") ? -1 : 1)),
    diagnostics: [...planned.flatMap(({ problems }) => problems), ...clashes],
  };
}

function contentOf(service: ServiceInit): string {
  return JSON.stringify({ ...service, place: undefined });
}

const names = { texts: ["version", "image", "name", "port", "url_variable"] } as const;
const accessNames = { texts: [...names.texts, "user", "database"], values: ["password"] } as const;

type Asked = {
  readonly id: string;
  readonly image: string;
  readonly port: number;
  readonly version: string;
  /** `undefined`: a secret would be within it, which not every provider can write, and nobody asks for it. */
  readonly url: string | undefined;
  readonly access: Access;
};

function planUse(database: Database, use: ModuleUse, { graph }: PlanRequest): PlannedUse {
  const known = database.access === undefined ? names : accessNames;
  const inputs = readInputs(use, known, codeOf(database, 1));
  const asked = askedBy(database, inputs);
  const problems = [...inputs.problems, ...problemsOf(database, use, asked)];
  if (problems.length > 0) {
    return { use, expansion: { number: use.number }, service: undefined, problems };
  }
  const { id, port, access, url } = asked;
  const isContained = workOf(graph, use.job)?.container !== undefined;
  const address = isContained ? { host: id, port: database.port } : { host: "127.0.0.1", port };
  return {
    use,
    expansion: {
      number: use.number,
      steps: isContained ? [nameStep(id, use)] : [],
      services: [id],
      env: variables({
        ...database.client(access, address),
        ...(url === undefined ? {} : { [url]: urlOf(database, access, address) }),
      }),
    },
    service: { ...serviceOf(database, asked), place: use.place },
    problems: [],
  };
}

function askedBy(database: Database, { texts, values }: ReadInputs): Asked {
  const version = texts["version"] ?? database.version;
  const password = values["password"] ?? literal(database.name);
  const isText = password.kind?.case === "literal";
  return {
    version,
    id: texts["name"] ?? `${database.name}-${version}`.replaceAll(/[^A-Za-z0-9-]+/g, "-"),
    image: texts["image"] ?? `${database.image}:${version}`,
    port: Number(texts["port"] ?? database.port),
    url: texts["url_variable"] ?? (isText ? database.url.variable : undefined),
    access: {
      user: texts["user"] ?? database.access?.user ?? "",
      database: texts["database"] ?? database.access?.database ?? "",
      password,
    },
  };
}

function serviceOf(database: Database, { id, image, port, access }: Asked): ServiceInit {
  return {
    id,
    container: { image },
    env: variables(database.server(access)),
    ports: [{ container: database.port, host: port }],
    health: {
      command: database.health(access),
      intervalSeconds: 5,
      timeoutSeconds: 5,
      retries: 20,
    },
  };
}

/** Other providers give what stands beside the container of a job its name; with CircleCI it is only on the same address. */
function nameStep(id: string, use: ModuleUse): StepInit {
  const command = `getent hosts "$SERVICE" >/dev/null 2>&1 && exit 0
if [ -w /etc/hosts ]; then echo "127.0.0.1 $SERVICE" >>/etc/hosts
else echo "127.0.0.1 $SERVICE" | sudo tee -a /etc/hosts >/dev/null; fi
`;
  return {
    name: `find ${id}`,
    kind: { case: "run", value: { command, shell: "sh" } },
    env: variables({ SERVICE: id }),
    onlyFor: ["circleci"],
    origin: use.module,
    place: use.place,
  };
}

/** A literal password is encoded; what only the run knows has to be fit for a URL. */
function urlOf({ url, access: login }: Database, access: Access, address: Address): ValueInit {
  const place = `${address.host}:${address.port}`;
  if (login === undefined) return literal(`${url.scheme}://${place}`);
  const { password } = access;
  const before = `${url.scheme}://${access.user}:`;
  const after = `@${place}/${access.database}`;
  if (password.kind?.case === "literal") {
    return literal(`${before}${encodeURIComponent(password.kind.value ?? "")}${after}`);
  }
  return { kind: { case: "joined", value: { of: [literal(before), password, literal(after)] } } };
}

function problemsOf(
  database: Database,
  use: ModuleUse,
  { id, port, version, url, access }: Asked,
): readonly DiagnosticInit[] {
  const word = /^[A-Za-z_][\w-]*$/;
  const rules: readonly (readonly [string, string, boolean, string])[] = [
    ["name", id, /^[A-Za-z][A-Za-z0-9-]*$/.test(id), "letters, digits and -"],
    ["version", version, /^\w[\w.-]*$/.test(version), "a tag of the image"],
    ["port", String(port), Number.isInteger(port) && port > 0 && port < 65_536, "1 to 65535"],
    [
      "url_variable",
      url ?? "",
      url === undefined || /^[A-Za-z_]\w*$/.test(url),
      "letters, digits and _",
    ],
    ...(database.access === undefined
      ? []
      : ([
          ["user", access.user, word.test(access.user), "letters, digits, _ and -"],
          ["database", access.database, word.test(access.database), "letters, digits, _ and -"],
        ] as const)),
  ];
  return rules
    .filter(([, , isRight]) => !isRight)
    .map(([name, value, , hint]) => ({
      level: Diagnostic_Level.ERROR,
      code: codeOf(database, 2),
      title: "input of another form",
      message: `the input ${name} of ${use.module} is ${JSON.stringify(value)}`,
      fixHint: hint,
      place: use.place,
    }));
}

function clash(database: Database, use: ModuleUse, id: string): DiagnosticInit {
  return {
    level: Diagnostic_Level.ERROR,
    code: codeOf(database, 3),
    title: "two services of one name",
    message: `${id} is said twice, and not alike`,
    fixHint: 'give one of them another name: with = { name = "..." }',
    place: use.place,
  };
}

/** POSTGRES_001 */
function codeOf({ name }: Database, number: number): string {
  return `${name.toUpperCase()}_${String(number).padStart(3, "0")}`;
}

/** Who starts the agent, as the host knows them. */
export type HostUser = {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly home: string;
};

/**
 * Who the agent is in its container, in the variables of aicage's entrypoint (images.md, 2.5). In a rootless engine root
 * of the container is the person outside: the agent is root, and finds at root's home what is mounted at the person's.
 */
export function identityVariables(
  user: HostUser,
  isRootless: boolean,
): Readonly<Record<string, string>> {
  if (isRootless) return variablesOf({ uid: 0, gid: 0, name: "root", home: "/root" }, user.home);
  if (user.uid === 0) return variablesOf({ ...user, gid: 0, name: "root" }, user.home);
  return variablesOf({ ...user, name: entryName(user.name) }, user.home);
}

function variablesOf(user: HostUser, mountHome: string): Readonly<Record<string, string>> {
  return {
    AICAGE_UID: String(user.uid),
    AICAGE_GID: String(user.gid),
    AICAGE_HOST_USER: user.name,
    AICAGE_HOME: user.home,
    AICAGE_MOUNT_HOME: mountHome,
  };
}

/** The name goes into a line of /etc/passwd: names of directories (`DOMAIN\user`) and of root would break it. */
function entryName(name: string): string {
  return name !== "root" && /^[A-Za-z_][\w.-]{0,31}$/.test(name) ? name : "host";
}

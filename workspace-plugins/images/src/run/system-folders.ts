/** Whether a path would hide what an image has of its own. */
export function isOfSystem(place: string): boolean {
  return (
    system.some((folder) => isWithin(folder, place)) ||
    ofKernel.some((folder) => isWithin(place, folder)) ||
    accounts.includes(place)
  );
}

/** What an image has of its own: mounted over, no image would start. */
const system = [
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/home",
  "/lib",
  "/lib64",
  "/proc",
  "/root",
  "/run",
  "/sbin",
  "/sys",
  "/tmp",
  "/usr",
  "/var",
];

/** The container has its own. */
const ofKernel = ["/proc", "/sys"];

/** The entrypoint writes the container's user into them, which the host's files must not get. */
const accounts = ["/etc/passwd", "/etc/group", "/etc/shadow"];

/** Whether a path is that folder or lies in it. */
export function isWithin(inner: string, folder: string): boolean {
  return inner === folder || inner.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

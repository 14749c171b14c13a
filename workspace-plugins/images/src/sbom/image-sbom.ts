import { findFiles, readFiles } from "./image-files.ts";
import type { StoredLayer } from "./image-files.ts";
import {
  distributionIn,
  isDistributionFile,
  isPackageFile,
  isUnreadable,
  packagesIn,
} from "./packages.ts";
import type { Distribution, InstalledPackage } from "./packages.ts";
import { writeBill } from "./bill.ts";

/** Beside the index of a layout, and no part of it: CycloneDX in JSON. */
export const sbomName = "sbom.cdx.json";

const mostFileBytes = 32 * 2 ** 20;
const mostPackages = 50_000;

/**
 * What the managers of packages say is in an image, by their databases in its layers, lowest first. What cannot be
 * looked into is named in it; nothing of an image's content makes it fail.
 */
export async function imageSbom(image: {
  readonly reference: string;
  readonly manifestDigest: string;
  readonly layers: readonly StoredLayer[];
}): Promise<string> {
  const { files, unread } = await findFiles(image.layers, isPackageFile);
  const packages: InstalledPackage[] = [];
  const systems: Distribution[] = [];
  const readable = files.filter(({ name }) => !isUnreadable(name));
  const tooLarge = await readFiles(readable, mostFileBytes, (name, content) => {
    if (isDistributionFile(name)) systems.push(...[distributionIn(content) ?? []].flat());
    else packages.push(...packagesIn(name, content));
  });
  const over = packages.length - mostPackages;
  return writeBill({
    reference: image.reference,
    digest: image.manifestDigest,
    packages: packages.slice(0, mostPackages),
    distribution: systems[0],
    unread: [
      ...unread,
      ...files
        .filter(({ name }) => isUnreadable(name))
        .map(({ name }) => `${name}: an RPM database`),
      ...tooLarge.map((name) => `${name}: larger than ${mostFileBytes} bytes`),
      ...(over > 0 ? [`${over} more packages`] : []),
    ],
  });
}

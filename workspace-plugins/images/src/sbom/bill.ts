import { compareBytes } from "@slipway/signature/basics";
import type { Models } from "@cyclonedx/cyclonedx-library";
import type { PackageURL } from "packageurl-js";
import { splitReference } from "../names.ts";
import type { Distribution, InstalledPackage } from "./packages.ts";

export type BilledImage = {
  readonly reference: string;
  /** Of the manifest. */
  readonly digest: string;
  readonly packages: readonly InstalledPackage[];
  readonly distribution: Distribution | undefined;
  /** What could not be looked into: the bill is not whole. */
  readonly unread: readonly string[];
};

/** A bill of materials as CycloneDX 1.6 has it, without a time and a serial number: same packages, same bytes. */
export async function writeBill(image: BilledImage): Promise<string> {
  // Loaded here: most commands write none.
  const { Enums, Models, Serialize, SPDX, Spec } = await import("@cyclonedx/cyclonedx-library");
  const { PackageURL } = await import("packageurl-js");
  const { distribution } = image;
  const [repository, tag] = splitReference(image.reference);
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  const purl = new PackageURL("oci", undefined, name, image.digest, { tag }, undefined).toString();
  const bill = new Models.Bom();
  bill.metadata.component = new Models.Component(Enums.ComponentType.Container, image.reference, {
    version: image.digest,
    purl,
    bomRef: purl,
  });
  for (const what of image.unread) {
    bill.metadata.properties.add(new Models.Property("slipway:unread", what));
  }
  if (distribution !== undefined) {
    const { id, version } = distribution;
    const more = { bomRef: `os:${id}`, ...(version === undefined ? {} : { version }) };
    const system = new Models.Component(Enums.ComponentType.OperatingSystem, id, more);
    bill.components.add(system);
  }
  const licenseOf = (license: string): Models.License =>
    SPDX.isSupportedSpdxId(license)
      ? new Models.SpdxLicense(license)
      : new Models.NamedLicense(license);
  for (const [reference, same] of byReference(PackageURL, image)) {
    const [first] = same;
    if (first === undefined) continue;
    const scope = scopeOf(first);
    const component = new Models.Component(Enums.ComponentType.Library, scope.name, {
      version: first.version,
      purl: reference,
      bomRef: reference,
      ...(scope.group === undefined ? {} : { group: scope.group }),
    });
    if (first.license !== undefined) component.licenses.add(licenseOf(first.license));
    for (const path of pathsOf(same)) {
      component.properties.add(new Models.Property("slipway:path", path));
    }
    bill.components.add(component);
  }
  const serializer = new Serialize.JsonSerializer(
    new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6),
  );
  return `${serializer.serialize(bill, { sortLists: true, space: 1 })}\n`;
}

/** The same package in many places is one, with the first of them: a bill has bounds. */
function byReference(
  Reference: typeof PackageURL,
  image: BilledImage,
): ReadonlyMap<string, readonly InstalledPackage[]> {
  return Map.groupBy(
    image.packages.toSorted((a, b) => compareBytes(a.path ?? "", b.path ?? "")),
    (one) => referenceOf(Reference, one, image.distribution),
  );
}

function referenceOf(
  Reference: typeof PackageURL,
  one: InstalledPackage,
  distribution: Distribution | undefined,
): string {
  const { group, name } = scopeOf(one);
  const isSystem = one.kind === "deb" || one.kind === "apk";
  const system = isSystem
    ? (distribution?.id ?? (one.kind === "deb" ? "debian" : "alpine"))
    : group;
  const release = distribution?.version;
  const qualifiers = {
    ...(one.architecture === undefined ? {} : { arch: one.architecture }),
    ...(isSystem && release !== undefined ? { distro: `${distribution?.id}-${release}` } : {}),
    ...(one.source === undefined || one.source === one.name ? {} : { upstream: one.source }),
  };
  return new Reference(one.kind, system, name, one.version, qualifiers, undefined).toString();
}

function scopeOf({ kind, name }: InstalledPackage): {
  readonly group: string | undefined;
  readonly name: string;
} {
  const [, group, rest] = (kind === "npm" && /^(@[^/]+)\/(.+)$/.exec(name)) || [];
  return group === undefined ? { group: undefined, name } : { group, name: rest ?? name };
}

const mostPaths = 5;

function pathsOf(same: readonly InstalledPackage[]): readonly string[] {
  const paths = same.flatMap(({ path }) => path ?? []);
  const more = paths.length - mostPaths;
  return more > 0 ? [...paths.slice(0, mostPaths), `and ${more} more`] : paths;
}

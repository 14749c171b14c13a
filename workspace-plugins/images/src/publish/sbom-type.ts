/** Of a bill of materials (IANA, "application/vnd.cyclonedx+json"). */
export const sbomType = "application/vnd.cyclonedx+json";

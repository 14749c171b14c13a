export const name = "server";

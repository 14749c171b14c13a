/** The variable with the user's own salt: another one, another signature of everything. */
export const saltVariable = "SLIPWAY_SALT";

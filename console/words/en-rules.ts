// English: rules.
export const enRules = {};

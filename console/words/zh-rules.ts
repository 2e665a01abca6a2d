// Chinese: rules.
export const zhRules = {};

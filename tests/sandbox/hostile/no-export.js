// expect: plugin_error
export const nothing = 1;

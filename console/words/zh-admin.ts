// Chinese: admin.
export const zhAdmin = {};

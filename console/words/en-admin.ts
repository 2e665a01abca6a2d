// English: admin.
export const enAdmin = {};

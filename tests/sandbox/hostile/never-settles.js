// expect: timeout
export default { score: async (customers, ctx) => {
  await new Promise(() => {});
} };
